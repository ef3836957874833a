import { RedisChannel } from '../../lib/redis/redis-channel.js';
import { RedisConnection } from '../../lib/redis/redis-connection.js';
import { startTestRedis, type TestRedis } from '../support/redis-server.js';
import { announcementsSuite } from './announcements.suite.js';

let server: TestRedis;
const connect = (): Promise<RedisConnection> => RedisConnection.open({ host: server.host, port: server.port });

announcementsSuite({
  name: 'through Redis',
  start: async () => void (server = await startTestRedis()),
  open: async () => ({ channel: new RedisChannel('announcements', connect), close: async () => {} }),
  cut: () => server.restart('kept'),
  stop: () => server.stop(),
});
