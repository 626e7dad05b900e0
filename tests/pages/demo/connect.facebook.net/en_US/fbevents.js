// Stands in for the real script: tells of the page view.
new Image().src = `https://www.facebook.com/tr/?id=10451&ev=PageView&dl=${encodeURIComponent(location.href)}`;
