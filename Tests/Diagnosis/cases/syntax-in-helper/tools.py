def double(text):
    retrun text * 2
