import type { ModuleRef } from '@nestjs/core';
import type { InstanceWrapper } from '@nestjs/core/injector/instance-wrapper.js';
import type { EventClass } from '../events/event-class.js';
import type { HandlerReference } from '../handlers/handler-reference.js';
import { NestHandlerReference } from './nest-handler-reference.js';
import type { PipelineOptions } from './pipeline-options.js';

/** A provider with one of our decorators, in a module with a pipeline. */
export class HandlerProvider {
  constructor(
    readonly handlerClass: EventClass,
    readonly pipeline: PipelineOptions,
    private readonly wrapper: InstanceWrapper,
    private readonly moduleRef: ModuleRef,
  ) {}

  get name(): string {
    return this.handlerClass.name;
  }

  hasMethod(method: string): boolean {
    return typeof (this.handlerClass.prototype as Record<string, unknown>)[method] === 'function';
  }

  reference<T>(): HandlerReference<T> {
    return new NestHandlerReference<T>(this.wrapper as InstanceWrapper<T>, this.moduleRef, this.handlerClass);
  }
}
