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

  /** What a factory makes is not known before it ran, and has the benefit of the doubt. */
  hasMethod(method: string): boolean {
    const instance = this.wrapper.instance as Record<string, unknown> | null | undefined;
    return typeof instance !== 'object' || instance === null || typeof instance[method] === 'function';
  }

  reference<T>(): HandlerReference<T> {
    return new NestHandlerReference<T>(this.wrapper as InstanceWrapper<T>, this.moduleRef, this.handlerClass);
  }
}
