// @ts-check
/** The local internet itself: a test that stands on it is worth no more than it. */
import assert from "node:assert/strict";
import { connect } from "node:net";
import { after, before, test } from "node:test";
import { request } from "node:https";
import { connect as tls } from "node:tls";
import { startNet } from "./lib/net.mjs";

/** @type {import("./lib/net.mjs").Net} */
let net;
before(async () => { net = await startNet(); net.route("a.example/", "<p>hi"); });
after(() => net.close());

/** Opens a way to a host by SOCKS5, as Firefox does. @param {string} host @param {number} port */
async function socks(host, port) {
  const socket = connect(net.port, "127.0.0.1");
  const next = () => new Promise((go) => socket.once("data", go));
  socket.write(Buffer.from([5, 1, 0]));
  assert.deepEqual(await next(), Buffer.from([5, 0]));
  socket.write(Buffer.concat([Buffer.from([5, 1, 0, 3, host.length]), Buffer.from(host), Buffer.from([port >> 8, port & 255])]));
  const reply = /** @type {Buffer} */ (await next());
  assert.equal(reply[1], 0);
  return socket;
}

/** @param {import("node:stream").Duplex} socket @param {string} path */
function get(socket, path) {
  return new Promise((go, fail) => {
    let text = "";
    socket.on("data", (data) => { text += data; });
    socket.on("end", () => go(text));
    socket.on("error", fail);
    socket.write(`GET ${path} HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n`);
  });
}

test("plain HTTP through SOCKS5, the host recorded by name", async () => {
  assert.match(await get(await socks("a.example", 80), "/"), /<p>hi$/);
  assert.equal(net.requests.at(-1)?.url, "http://a.example/");
  assert.ok(net.names.has("a.example"));
});

test("TLS through SOCKS5", async () => {
  const socket = tls({ socket: await socks("a.example", 443), servername: "a.example", rejectUnauthorized: false });
  assert.match(await get(socket, "/x.js"), /text\/javascript/);
  assert.equal(net.requests.at(-1)?.url, "https://a.example/x.js");
});

test("TLS without SOCKS, as Chromium does it", async () => {
  const status = await new Promise((go, fail) => {
    request({ host: "127.0.0.1", port: net.port, path: "/r?to=https%3A%2F%2Fb.example%2F&status=307", headers: { host: "a.example" }, rejectUnauthorized: false },
      (reply) => { reply.resume(); go(`${reply.statusCode} ${reply.headers.location}`); }).on("error", fail).end();
  });
  assert.equal(status, "307 https://b.example/");
});

test("a gate holds a reply until it is opened", async () => {
  let done = false;
  const reply = get(await socks("a.example", 80), "/slow.js?hold=one").then(() => { done = true; });
  await net.gate("one").arrived(1);
  assert.equal(done, false);
  net.gate("one").open();
  await reply;
});

test("a file outside of its folder is not served", async () => {
  assert.doesNotMatch(await get(await socks("a.example", 80), "/..%2f..%2fpackage.json"), /devDependencies/);
});
