// Stands in for the real script: a redirect gives the reader a number on the way.
new Image().src = "https://sb.scorecardresearch.com/b?c1=2&c2=10451&to=https%3A%2F%2Fsb.scorecardresearch.com%2Fb2%3Fc1%3D2%26c2%3D10451&status=302";
