/** A server of the user's own, as its `MOORING_TEST_*_URL` gives it. */
export interface OwnServer {
  host: string;
  port: number;
  user: string;
  password: string;
  url: string;
}

/**
 * The user's own server named by `variable`, if it is set and the test asks for nothing in particular: a test that
 * wants a certain port, password or folder is about the server itself and needs one it may stop.
 */
export function ownServer(variable: string, options: object): OwnServer | undefined {
  const text = process.env[variable];
  if (text === undefined || text === '' || Object.keys(options).length > 0) return undefined;
  const url = URL.parse(text);
  if (url === null || url.port === '')
    throw new Error(`${variable} is not a URL with a port (expected e.g. scheme://user:password@host:port).`);
  return {
    host: url.hostname,
    port: Number(url.port),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    url: text,
  };
}
