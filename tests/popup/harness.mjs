// Serves the extension's own files, unchanged and under the manifest's content security policy, to a headless
// Chromium in which the extension API is a stand-in that answers from fixtures. So the popup can be seen and tested
// without the background.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';

const ROOT = new URL('../../', import.meta.url);
const TYPES = { html: 'text/html', js: 'text/javascript', css: 'text/css', json: 'application/json', svg: 'image/svg+xml', png: 'image/png' };

/** @returns {Promise<{origin: string, close: () => void}>} */
export async function serve() {
  const manifest = JSON.parse(await readFile(new URL('extension/manifest.base.json', ROOT), 'utf8'));
  const csp = manifest.content_security_policy.extension_pages;
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const file = pathname.startsWith('/vendor/')
      ? new URL(`node_modules/lit-html/${pathname.slice('/vendor/'.length)}`, ROOT)
      : new URL(`extension${pathname}`, ROOT);
    try {
      const body = await readFile(file);
      const ending = /** @type {keyof typeof TYPES} */ (pathname.split('.').at(-1));
      response.writeHead(200, { 'content-type': `${TYPES[ending]}; charset=utf-8`, 'content-security-policy': csp });
      response.end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { origin: `http://127.0.0.1:${address.port}`, close: () => server.close() };
}

/** The texts of a language, as the browser would read them. @param {string} language */
export async function messages(language) {
  const text = await readFile(new URL(`extension/_locales/${language}/messages.json`, ROOT), 'utf8');
  return /** @type {Record<string, {message: string}>} */ (JSON.parse(text));
}

/**
 * Runs in the page, before its scripts: the extension API as far as the popup uses it.
 * @param {{answer: unknown, texts: Record<string, {message: string}>, language: string}} given
 */
export function standIn({ answer, texts, language }) {
  /** @type {{kind: string}[]} */
  const asked = [];
  const scope = /** @type {any} */ (globalThis);
  scope.asked = asked;
  scope.answer = answer;
  scope.chrome = {
    i18n: {
      getUILanguage: () => language,
      /** @param {string} key @param {string[]} [values] */
      getMessage: (key, values = []) => (texts[key]?.message ?? '').replace(/\$(\d)/g, (_, n) => values[n - 1] ?? ''),
    },
    runtime: {
      getPlatformInfo: async () => ({ os: scope.os ?? 'linux' }),
      /** @param {{kind: string}} message */
      sendMessage: async (message) => {
        asked.push(message);
        if (scope.answer === null) return undefined;
        if (scope.answer === 'never') return new Promise(() => {});
        if (message.kind === 'gpc-ask') {
          return scope.said ? { ok: true, value: scope.said } : { ok: false, error: { name: 'OnlookerError', variant: 'gpc-failed', message: '' } };
        }
        if (message.kind === 'page-report') return { ok: true, value: structuredClone(scope.answer) };
        return { ok: true, value: { filename: `${message.kind}.json`, json: '{}' } };
      },
      openOptionsPage: async () => { asked.push({ kind: 'options' }); },
    },
    tabs: {
      query: async () => [{ id: 7 }],
      getCurrent: async () => undefined,
      get: async () => ({ id: 7, windowId: 70 }),
      create: async (/** @type {object} */ what) => { asked.push({ kind: 'create', ...what }); },
      reload: async () => { asked.push({ kind: 'reload' }); },
    },
    permissions: { request: async () => { asked.push({ kind: 'permission' }); return scope.grant ?? false; } },
  };
}
