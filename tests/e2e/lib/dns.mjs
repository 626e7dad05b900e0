// @ts-check
/** A name server of a test's own on loopback, as browsers ask it: DNS over HTTPS (RFC 8484). Every name leads to loopback. */
import dns from "dns-packet";

/** @typedef {ReturnType<typeof serveNames>} Resolver */

/** @param {import("./net.mjs").Net} net @param {Record<string, string>} cnames a host -> the name it stands under */
export function serveNames(net, cnames) {
  /** Names of which the address was asked for, each time. @type {string[]} */
  const asked = [];
  /** Names of which a second question is answered later: after so many ms. @type {Map<string, number>} */
  const slow = new Map();
  net.route("127.0.0.1/dns-query", async ({ url = "" }) => {
    const { id, questions = [] } = dns.decode(Buffer.from(new URL(url, "https://127.0.0.1").searchParams.get("dns") ?? "", "base64url"));
    /** @type {dns.Answer[]} */
    const answers = [];
    for (const { name, type } of questions) {
      if (type !== "A") continue;
      asked.push(name);
      const wait = slow.get(name) ?? 0;
      if (wait > 0 && asked.filter((other) => other === name).length > 1) await new Promise((go) => setTimeout(go, wait));
      let last = name;
      for (let next = cnames[last]; next !== undefined; last = next, next = cnames[last]) answers.push({ type: "CNAME", name: last, ttl: 600, data: next });
      answers.push({ type: "A", name: last, ttl: 600, data: "127.0.0.1" });
    }
    const body = dns.encode({ type: "response", id: id ?? 0, flags: dns.RECURSION_DESIRED | dns.RECURSION_AVAILABLE, questions, answers });
    return { body, type: "application/dns-message" };
  });
  return { url: `https://127.0.0.1:${net.port}/dns-query`, asked, slow };
}
