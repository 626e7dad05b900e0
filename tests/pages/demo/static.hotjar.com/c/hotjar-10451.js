// Stands in for the real script: opens the line on which a recording would go out.
self.hotjarSocket = new WebSocket("wss://ws.hotjar.com/api/v2/client/ws?v=7&site_id=10451");
