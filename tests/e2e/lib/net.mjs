// @ts-check
/**
 * The whole internet of a test, on one loopback port.
 *
 * One listener speaks SOCKS5, TLS and plain HTTP, told apart by the first byte. A browser that
 * sends everything to it reaches no other machine, any host name can be served, and every request
 * that left the browser is in `requests`: what is not there did not leave.
 *
 * It must not know anything of the extension or of the browsers.
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import net from "node:net";
import { tmpdir } from "node:os";
import { extname, join, normalize, sep } from "node:path";
import { pathToFileURL } from "node:url";

/**
 * @typedef {object} Seen One request as it arrived.
 * @property {number} n
 * @property {number} at     Milliseconds since the server started.
 * @property {string} method
 * @property {string} url    Absolute.
 * @property {string} host
 * @property {string} path   With the query.
 * @property {boolean} websocket
 * @property {string} dest   Sec-Fetch-Dest, or "" where the browser sends none.
 * @property {string} purpose Sec-Purpose, or "".
 *
 * @typedef {object} Reply
 * @property {number} [status]
 * @property {Record<string, string>} [headers]
 * @property {string|Buffer} [body]
 * @property {string} [type]  Content type.
 *
 * @typedef {(req: http.IncomingMessage, seen: Seen, net: Net) => Reply|string|Promise<Reply|string>} Handler
 *
 * @typedef {object} Gate A place where replies wait until the test lets them go.
 * @property {number} waiting
 * @property {(count?: number, ms?: number) => Promise<void>} arrived
 * @property {() => void} open
 *
 * @typedef {Awaited<ReturnType<typeof startNet>>} Net
 */

const TYPES = /** @type {Record<string, string>} */ ({
  ".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".mjs": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8", ".json": "application/json", ".svg": "image/svg+xml", ".gif": "image/gif",
  ".png": "image/png", ".txt": "text/plain; charset=utf-8", ".xml": "text/xml", ".woff2": "font/woff2", ".ico": "image/x-icon",
});

/** The smallest picture: one transparent pixel. */
export const PIXEL = Buffer.from("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7", "base64");

/** Long, because a machine may be busy: whoever waits this long has failed. */
const DEADLINE_MS = 30_000;

/** A key and a self-signed certificate for whatever name: the browsers are told to take it. */
function certificate() {
  const dir = mkdtempSync(join(tmpdir(), "onlooker-cert-"));
  try {
    const [key, cert] = [join(dir, "key.pem"), join(dir, "cert.pem")];
    try {
      execFileSync("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj", "/CN=onlooker.example",
        "-keyout", key, "-out", cert], { stdio: ["ignore", "ignore", "pipe"] });
    } catch (error) {
      const why = /** @type {{code?: string}} */ (error).code === "ENOENT" ? "it is not installed" : String(error).split("\n")[0];
      throw new Error(`openssl is needed to make the test certificate, and ${why}`);
    }
    return { key: readFileSync(key), cert: readFileSync(cert) };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/**
 * @param {() => unknown} condition
 * @param {string} what
 * @param {number} [ms]
 */
export async function until(condition, what, ms = DEADLINE_MS) {
  const end = Date.now() + ms;
  for (;;) {
    const value = await condition();
    if (value) return /** @type {any} */ (value);
    if (Date.now() > end) throw new Error(`waited ${ms} ms for ${what}`);
    await new Promise((go) => setTimeout(go, 20));
  }
}

/**
 * Starts the server.
 *
 * What a path gives, in this order: a handler of `route`, a file `<mounted folder>/<host>/<path>`,
 * a small body by the path's extension. Any of these waits at a gate when the query has `hold=NAME`,
 * and is a redirect instead when it has `to=URL` (`status=` 301, 302, 303, 307, 308).
 *
 * @param {{ mounts?: string[] }} [options] Folders that hold one folder a host.
 */
export async function startNet({ mounts = [] } = {}) {
  const start = performance.now();
  /** @type {Seen[]} */
  const requests = [];
  /** Names asked for by SOCKS or TLS: shows a connection even when no request follows. @type {Set<string>} */
  const names = new Set();
  /** @type {Map<string, Handler>} */
  const routes = new Map();
  /** @type {Map<string, { gate: Gate, opened: Promise<void> }>} */
  const gates = new Map();
  /** @type {Set<import("node:stream").Duplex>} */
  const sockets = new Set();

  /** @param {http.IncomingMessage} req @param {boolean} websocket */
  function note(req, websocket) {
    const secure = /** @type {any} */ (req.socket).encrypted === true;
    const authority = req.headers.host ?? "unnamed.invalid";
    const scheme = websocket ? (secure ? "wss" : "ws") : secure ? "https" : "http";
    // A proxy request line carries the absolute URL; everything else only the path.
    const url = /^https?:/.test(req.url ?? "") ? String(req.url) : `${scheme}://${authority}${req.url}`;
    const header = (/** @type {string} */ name) => String(req.headers[name] ?? "");
    /** @type {Seen} */
    const seen = {
      n: requests.length, at: Math.round(performance.now() - start), method: req.method ?? "GET", url,
      host: authority.replace(/:\d+$/, ""), path: url.replace(/^[a-z]+:\/\/[^/]*/, ""), websocket,
      dest: header("sec-fetch-dest"), purpose: header("sec-purpose") || header("purpose"),
    };
    requests.push(seen);
    return seen;
  }

  /** @param {string} name */
  function gate(name) {
    let held = gates.get(name);
    if (!held) {
      /** @type {() => void} */
      let open = () => {};
      const opened = /** @type {Promise<void>} */ (new Promise((go) => { open = go; }));
      /** @type {Gate} */
      const gate = {
        waiting: 0,
        open: () => open(),
        arrived: (count = 1, ms = DEADLINE_MS) => until(() => gate.waiting >= count, `${count} request(s) at gate "${name}"`, ms),
      };
      held = { gate, opened };
      gates.set(name, held);
    }
    return held;
  }

  /** @param {http.IncomingMessage} req @param {Seen} seen @returns {Promise<Reply>} */
  async function reply(req, seen) {
    const url = new URL(seen.url);
    const name = url.searchParams.get("hold");
    if (name) {
      const held = gate(name);
      held.gate.waiting += 1;
      await held.opened;
    }
    const to = url.searchParams.get("to");
    if (to) return { status: Number(url.searchParams.get("status") ?? 302), headers: { location: to }, body: "" };
    const handler = routes.get(`${url.hostname}${url.pathname}`) ?? routes.get(`*${url.pathname}`) ?? routes.get(`${url.hostname}/*`);
    if (handler) {
      const made = await handler(req, seen, self);
      return typeof made === "string" ? { body: made, type: TYPES[extname(url.pathname)] ?? TYPES[".html"] } : made;
    }
    const path = decodeURIComponent(url.pathname).replace(/\/$/, "/index.html");
    for (const mount of mounts) {
      const root = join(mount, url.hostname);
      const file = normalize(join(root, path));
      if (file.startsWith(root + sep) && existsSync(file) && statSync(file).isFile()) {
        return { body: readFileSync(file), type: TYPES[extname(file)] };
      }
    }
    const type = TYPES[extname(url.pathname)];
    if (extname(url.pathname) === ".html" || url.pathname.endsWith("/")) return { status: 404, body: "nothing here", type: TYPES[".txt"] };
    if (type?.startsWith("image/") && !type.includes("svg")) return { body: PIXEL, type: "image/gif" };
    return { body: type?.startsWith("application/json") ? "{}" : "", type: type ?? TYPES[".txt"] };
  }

  /** @param {http.IncomingMessage} req @param {http.ServerResponse} res */
  async function answer(req, res) {
    const seen = note(req, false);
    req.resume();
    /** @type {Reply} */
    let made;
    try {
      made = await reply(req, seen);
    } catch (error) {
      made = { status: 500, body: String(error), type: TYPES[".txt"] };
    }
    if (res.destroyed) return;
    const body = Buffer.from(made.body ?? "");
    res.writeHead(made.status ?? 200, {
      "content-type": made.type ?? TYPES[".html"],
      "content-length": String(body.length),
      // Nothing may come from a cache: then the server's count is the browser's count.
      "cache-control": "no-store",
      "access-control-allow-origin": req.headers.origin ?? "*",
      "access-control-allow-credentials": "true",
      ...made.headers,
    });
    res.end(req.method === "HEAD" ? undefined : body);
  }

  /** The least a WebSocket server can do: shake hands, say hello, give back what was sent. @param {http.IncomingMessage} req @param {import("node:stream").Duplex} socket */
  function upgrade(req, socket) {
    note(req, true);
    const accept = createHash("sha1").update(`${req.headers["sec-websocket-key"]}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
    socket.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`);
    socket.write(Buffer.concat([Buffer.from([0x81, 5]), Buffer.from("hello")]));
    socket.on("data", (data) => {
      // A close frame is answered with a close frame; anything else needs no answer here.
      if ((data[0] & 0x0f) === 8) socket.end(Buffer.from([0x88, 0]));
    });
    socket.on("error", () => {});
  }

  // A hostile page's URL can be a megabyte long.
  const limits = { maxHeaderSize: 8 << 20 };
  const plain = http.createServer(limits, answer).on("upgrade", upgrade);
  const secure = https.createServer({ ...certificate(), ...limits, ALPNProtocols: ["http/1.1"] }, answer).on("upgrade", upgrade);
  for (const server of [plain, secure]) {
    server.keepAliveTimeout = 60_000;
    server.requestTimeout = 0;
    server.on("clientError", (_error, socket) => socket.destroy());
  }
  secure.on("tlsClientError", () => {});
  secure.on("secureConnection", (socket) => {
    if (socket.servername) names.add(String(socket.servername));
  });

  /** Tells TLS, SOCKS5 and HTTP apart. @param {net.Socket} socket @param {boolean} fresh */
  function sniff(socket, fresh) {
    socket.once("readable", () => {
      const first = socket.read(1);
      if (first === null) {
        if (!socket.readableEnded && !socket.destroyed) sniff(socket, fresh);
        return;
      }
      socket.unshift(first);
      if (first[0] === 5 && fresh) socks(socket);
      else if (first[0] === 0x16) secure.emit("connection", socket);
      else plain.emit("connection", socket);
    });
  }

  /** @param {net.Socket} socket */
  function socks(socket) {
    let pending = Buffer.alloc(0);
    let greeted = false;
    const read = () => {
      const chunk = socket.read();
      if (chunk) pending = Buffer.concat([pending, chunk]);
      if (!greeted) {
        if (pending.length < 2 || pending.length < 2 + pending[1]) return;
        pending = pending.subarray(2 + pending[1]);
        greeted = true;
        socket.write(Buffer.from([5, 0]));
      }
      if (pending.length < 5) return;
      const size = pending[3] === 1 ? 4 : pending[3] === 4 ? 16 : 1 + pending[4];
      const end = 4 + size + 2;
      if (pending.length < end) return;
      if (pending[3] === 3) names.add(pending.subarray(5, 4 + size).toString("latin1"));
      socket.off("readable", read);
      const rest = pending.subarray(end);
      if (rest.length > 0) socket.unshift(rest);
      socket.write(Buffer.from([5, 0, 0, 1, 0, 0, 0, 0, 0, 0]));
      sniff(socket, false);
    };
    socket.on("readable", read);
    read();
  }

  const listener = net.createServer((socket) => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on("error", () => {});
    socket.on("close", () => sockets.delete(socket));
    sniff(socket, true);
  });
  await new Promise((go, fail) => {
    listener.once("error", fail);
    listener.listen(0, "127.0.0.1", () => go(undefined));
  });

  const self = {
    port: /** @type {net.AddressInfo} */ (listener.address()).port,
    requests,
    names,
    /** @param {string} folder */
    mount(folder) { mounts.push(folder); },
    /** @param {string} where `host/path`, `*` + path for every host, or `host/*`. @param {Handler|string|Reply} what */
    route(where, what) { routes.set(where, typeof what === "function" ? what : () => what); },
    /** Takes the routes of a folder's `routes.mjs`, where it has one. @param {string} folder */
    async load(folder) {
      mounts.push(folder);
      const file = join(folder, "routes.mjs");
      if (existsSync(file)) (await import(pathToFileURL(file).href)).default(self);
    },
    /** @param {string} name @returns {Gate} */
    gate: (name) => gate(name).gate,
    /** A mark for `since`. */
    mark: () => requests.length,
    /** @param {number} mark */
    since: (mark) => requests.slice(mark),
    /** @param {(seen: Seen) => boolean} test @param {string} what @param {{count?: number, since?: number, ms?: number}} [options] */
    async arrived(test, what, { count = 1, since = 0, ms = DEADLINE_MS } = {}) {
      await until(() => requests.slice(since).filter(test).length >= count, `${count} x ${what} at the server`, ms);
    },
    async close() {
      for (const { gate } of gates.values()) gate.open();
      const closed = new Promise((go) => listener.close(() => go(undefined)));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
  return self;
}
