import pickle
pickle.dump([1], open('model.pkl','wb'))
