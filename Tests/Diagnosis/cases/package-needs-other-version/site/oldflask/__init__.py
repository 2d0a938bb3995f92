from newdug.urls import url_quote
