import { request } from 'node:http';

const REQUEST_TIMEOUT_MS = 2_000;

/**
 * Whether the server at `port` lets this user in. The password is fresh for each start, so a yes also says that it is
 * our engine, and not another ClickHouse on the same port.
 */
export function answers(port: number, username: string, password: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = request(
      {
        host: '127.0.0.1',
        port,
        path: '/?query=SELECT%201',
        auth: `${username}:${password}`,
        agent: false,
        timeout: REQUEST_TIMEOUT_MS,
      },
      (response) => {
        response.resume();
        response.once('close', () => resolve(response.statusCode === 200));
      },
    );
    probe.once('timeout', () => probe.destroy());
    probe.once('error', () => resolve(false));
    probe.end();
  });
}
