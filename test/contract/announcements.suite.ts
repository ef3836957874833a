import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { AnnouncementChannel } from '../../lib/announcements/announcement-channel.js';
import { Announcements } from '../../lib/announcements/announcements.js';
import { createTenantId, type TenantId } from '../../lib/index.js';
import { eventually } from '../support/eventually.js';

export interface ChannelUnderTest {
  readonly name: string;
  start(): Promise<void>;
  /** A channel of another process. */
  open(): Promise<{ readonly channel: AnnouncementChannel; close(): Promise<void> }>;
  /** Cuts every connection off, which may be made again. */
  cut(): Promise<void>;
  /** Lets the server answer nobody any more, as in a network that is cut. */
  hold(): void;
  /** Ends that: every connection breaks. */
  release(): void;
  stop(): Promise<void>;
}

const acme = createTenantId('acme');
const globex = createTenantId('globex');

/** What every channel keeps. */
export function announcementsSuite(tested: ChannelUnderTest): void {
  describe(`announcements ${tested.name}`, () => {
    const open: (() => Promise<void>)[] = [];
    beforeAll(() => tested.start());
    afterEach(async () => {
      for (const close of open.splice(0)) await close();
    });
    afterAll(() => tested.stop());

    const begin = async (): Promise<{ announcements: Announcements; heard: (TenantId | undefined)[] }> => {
      const { channel, close } = await tested.open();
      const announcements = new Announcements(channel);
      open.push(async () => {
        await announcements.close();
        await close();
      });
      return { announcements, heard: [] };
    };
    const hearing = async () => {
      const one = await begin();
      one.announcements.listen((tenantId) => one.heard.push(tenantId));
      // Whoever begins to hear is to look.
      await eventually(() => expect(one.heard).toEqual([undefined]));
      one.heard.length = 0;
      return one;
    };

    it('are heard by every process that listens, by the tenant', async () => {
      const [speaker, first, second] = await Promise.all([begin(), hearing(), hearing()]);
      speaker.announcements.announce(acme);
      await eventually(() => expect([first.heard, second.heard]).toEqual([[acme], [acme]]));
      expect(speaker.heard).toEqual([]);
    });

    it('are heard in the process that makes them at once', async () => {
      const one = await hearing();
      one.announcements.announce(globex);
      expect(one.heard).toEqual([globex]);
    });

    it('are put together, and all are meant where there are too many', async () => {
      const [speaker, listener] = await Promise.all([begin(), hearing()]);
      for (let index = 0; index < 100; index += 1) speaker.announcements.announce(index % 2 ? acme : globex);
      await eventually(() => expect(new Set(listener.heard)).toEqual(new Set([acme, globex])));
      expect(listener.heard.length).toBeLessThanOrEqual(4);
      listener.heard.length = 0;
      for (let index = 0; index < 1_000; index += 1) speaker.announcements.announce(createTenantId(`tenant-${index}`));
      await eventually(() => expect(listener.heard).toContain(undefined));
    });

    it('are heard again after the connection was lost, and whoever listens is told to look', async () => {
      const [speaker, listener] = await Promise.all([begin(), hearing()]);
      await tested.cut();
      await eventually(() => expect(listener.heard).toContain(undefined));
      listener.heard.length = 0;
      await eventually(() => {
        speaker.announcements.announce(acme);
        expect(listener.heard).toContain(acme);
      });
    });

    it('are not heard by whoever listens no more, and the last ones are made before the end', async () => {
      const [speaker, listener] = await Promise.all([begin(), hearing()]);
      const heard: unknown[] = [];
      const end = listener.announcements.listen((tenantId) => heard.push(tenantId));
      end();
      speaker.announcements.announce(acme);
      speaker.announcements.announce(globex);
      await speaker.announcements.close();
      await eventually(() => expect(listener.heard).toContain(globex));
      expect(heard).toEqual([]);
    });

    it('end in time, though the server answers nobody any more, and also where they do not listen yet', async () => {
      const [speaker, listener, late] = await Promise.all([hearing(), hearing(), begin()]);
      tested.hold();
      try {
        late.announcements.listen((tenantId) => late.heard.push(tenantId));
        speaker.announcements.announce(acme);
        await Promise.all([speaker, listener, late].map(({ announcements }) => announcements.close()));
      } finally {
        tested.release();
      }
      expect([listener.heard, late.heard]).toEqual([[], []]);
    });
  });
}
