def url_parse():
    pass
