import gzip, pickle
gzip.open('m.pkl','wb').write(pickle.dumps({'a':1}))
