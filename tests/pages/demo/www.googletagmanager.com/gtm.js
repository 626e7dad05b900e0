// Stands in for the real script: loads one more tag.
new Image().src = "https://ad.doubleclick.net/activity;src=10451;type=visit;ord=1";
