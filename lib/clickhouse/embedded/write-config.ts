import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { STREAM_IDLE_TIMEOUT_MS } from '../clickhouse-settings.js';

export interface WrittenConfig {
  readonly path: string;
  /** The engine reads it once, at start. */
  remove(): Promise<void>;
}

/**
 * Writes the configuration of the engine into a directory of its own, readable by this user only: a fresh one for each
 * start, so that a second starter on the same data cannot change the password of the first.
 */
export async function writeConfig(username: string, password: string): Promise<WrittenConfig> {
  const directory = await mkdtemp(join(tmpdir(), 'embedded-clickhouse-'));
  const usersPath = join(directory, 'users.xml');
  const path = join(directory, 'config.xml');
  const hash = createHash('sha256').update(password).digest('hex');
  await writeFile(usersPath, usersConfig(username, hash), { mode: 0o600 });
  await writeFile(path, serverConfig(usersPath), { mode: 0o600 });
  return { path, remove: () => rm(directory, { recursive: true, force: true }) };
}

function serverConfig(usersPath: string): string {
  return `<clickhouse>
  <users_config>${escapeXml(usersPath)}</users_config>
</clickhouse>
`;
}

/**
 * The engine's own session, the one that runs the listener, logs in as `default` without a password, and this cannot be
 * changed. It takes the single session that this user is allowed, so nobody else can be `default`.
 */
function usersConfig(username: string, passwordSha256: string): string {
  return `<clickhouse>
  <profiles>
    <default><http_send_timeout>${STREAM_IDLE_TIMEOUT_MS / 1000}</http_send_timeout></default>
    <engine><max_sessions_for_user>1</max_sessions_for_user></engine>
  </profiles>
  <quotas><default/></quotas>
  <users>
    <default>
      <password></password>
      <networks><ip>127.0.0.1</ip></networks>
      <profile>engine</profile>
      <quota>default</quota>
    </default>
    <${username}>
      <password_sha256_hex>${passwordSha256}</password_sha256_hex>
      <networks><ip>127.0.0.1</ip></networks>
      <profile>default</profile>
      <quota>default</quota>
    </${username}>
  </users>
</clickhouse>
`;
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
