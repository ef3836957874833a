import { ContextIdFactory, type ModuleRef } from '@nestjs/core';
import type { InstanceWrapper } from '@nestjs/core/injector/instance-wrapper.js';
import type { HandlerReference } from '../handlers/handler-reference.js';
import { TenantContext } from '../tenancy/tenant-context.js';

/**
 * A provider as a handler. A request-scoped one is made anew per message, with the work's `AmbientContext` as its
 * `REQUEST`; the instance that its wrapper holds is a mere prototype.
 */
export class NestHandlerReference<T> implements HandlerReference<T> {
  readonly name: string;

  constructor(
    private readonly wrapper: InstanceWrapper<T>,
    private readonly moduleRef: ModuleRef,
    handlerClass: Function,
  ) {
    this.name = handlerClass.name;
  }

  resolve(): T | Promise<T> {
    if (this.wrapper.isDependencyTreeStatic() && !this.wrapper.isTransient) return this.wrapper.instance;
    const contextId = ContextIdFactory.create();
    this.moduleRef.registerRequestByContextId(TenantContext.current(), contextId);
    return this.moduleRef.resolve<T>(this.wrapper.token, contextId, { strict: false });
  }
}
