// Stands in for the real script: asks for a bid.
fetch("https://bidder.criteo.com/cdb?profileId=207&cb=10451", { method: "POST", body: "{}" }).then((reply) => reply.text());
