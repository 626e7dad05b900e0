// What is not a file: replies of the stand-ins' servers.
/** @param {import("../../e2e/lib/net.mjs").Net} net */
export default function routes(net) {
  for (const where of ["www.google-analytics.com/collect", "ad.doubleclick.net/*", "www.facebook.com/tr/", "googleads.g.doubleclick.net/*", "sb.scorecardresearch.com/b2"]) {
    net.route(where, { type: "image/gif", body: Buffer.from("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7", "base64") });
  }
  net.route("bidder.criteo.com/cdb", { type: "application/json", body: "{}" });
}
