<!DOCTYPE html>
<html lang="en">
  <head><title>score.py at main</title></head>
  <body>Sign in to see this file</body>
</html>
