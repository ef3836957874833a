import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { asideProcess, type AsideSettings } from './aside-process.js';

/** A worker of the application, as its first argument has it. It ends with its parent. */

await NestFactory.createApplicationContext(asideProcess('worker', JSON.parse(process.argv[2]!) as AsideSettings), {
  logger: false,
});
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
process.send?.('ready');
