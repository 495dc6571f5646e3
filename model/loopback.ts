/** The forms in which URLs write the addresses of loopback; a host name that ends in a number is no URL's. */
const loopback = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\]|\[::ffff:7f[\da-f]{2}:[\da-f]+\])$/;

/**
 * Whether a host always is the machine itself, whatever DNS answers: `localhost`, or an address of loopback in any of its
 * forms, in a URL's brackets or without.
 */
export function isLoopback(host: string): boolean {
  if (/[^\w.:[\]-]/.test(host)) return false;
  const inUrl = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
  return loopback.test(URL.parse(`http://${inUrl}`)?.hostname ?? '');
}
