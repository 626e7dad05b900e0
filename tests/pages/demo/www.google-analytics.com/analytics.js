// Stands in for the real script: counts the visit, and once more when the reader leaves.
new Image().src = "https://www.google-analytics.com/collect?v=1&t=pageview&tid=UA-10451-1&cid=555.1699";
addEventListener("pagehide", () => navigator.sendBeacon("https://www.google-analytics.com/collect?v=1&t=timing&tid=UA-10451-1&cid=555.1699", "left"));
