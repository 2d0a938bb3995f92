import pickle
pickle.dump((1,2,3), open('pair.pkl','wb'))
