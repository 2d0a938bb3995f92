import collections, pickle
pickle.dump(collections.OrderedDict(a=1), open('ordered.pkl', 'wb'))
