import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/**
 * What happens to what a client sends next on a connection that stands.
 *
 * - `pass`: it goes through.
 * - `lose`: the connection breaks before the server sees anything of it.
 * - `cut`: the server gets it, and the connection breaks when it answers.
 */
export type Fate = 'pass' | 'lose' | 'cut';

/** A TCP proxy in front of a server that breaks connections in the middle of what they carry. */
export class TcpProxy {
  /** Of what is sent from now on; decided from its bytes as Latin-1 where it is a function. */
  fate: Fate | ((sent: string) => Fate) = 'pass';
  /** How many connections it broke. */
  broken = 0;
  private readonly sockets = new Set<Socket>();
  private held = false;

  private constructor(
    private readonly server: Server,
    private targetPort: number,
  ) {
    server.on('connection', (client) => this.serve(client));
  }

  static async start(targetPort: number): Promise<TcpProxy> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new TcpProxy(server, targetPort);
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** The URL of a database, by way of this proxy. */
  through(url: string): string {
    const proxied = new URL(url);
    proxied.port = `${this.port}`;
    return proxied.href;
  }

  /**
   * Becomes a black hole: it accepts connections, and carries nothing in either direction. What is sent meanwhile waits
   * on the way, as in a network that is cut.
   */
  hold(): void {
    this.held = true;
    for (const socket of this.sockets) socket.pause();
  }

  /** Ends `hold()`: what waits on the way is delivered late, or its connections break and it is gone. */
  release(waiting: 'delivered' | 'gone'): void {
    this.held = false;
    for (const socket of this.sockets) {
      if (waiting === 'gone') socket.destroy();
      else socket.resume();
    }
  }

  /** Stands in front of another server from now on, as a name does that a fail-over gives to it. */
  retarget(port: number): void {
    this.targetPort = port;
    for (const socket of this.sockets) socket.destroy();
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
    await once(this.server, 'close');
  }

  private serve(client: Socket): void {
    const upstream = connect(this.targetPort, '127.0.0.1');
    let current: Fate = 'pass';
    const end = (): void => {
      this.broken += 1;
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) {
      this.sockets.add(socket);
      // A socket that breaks is the purpose here, not a failure.
      socket.on('error', () => undefined);
      socket.on('close', () => this.sockets.delete(socket));
    }
    client.on('data', (chunk: Buffer) => {
      current = typeof this.fate === 'string' ? this.fate : this.fate(chunk.toString('latin1'));
      if (current === 'lose') end();
      else upstream.write(chunk);
    });
    upstream.on('data', (chunk: Buffer) => {
      if (current === 'cut') end();
      else client.write(chunk);
    });
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroy());
    if (this.held) for (const socket of [client, upstream]) socket.pause();
  }
}
