import { PROPERTY_DEPS_METADATA, SELF_DECLARED_DEPS_METADATA } from '@nestjs/common/constants.js';
import type { DiscoveryService } from '@nestjs/core';
import type { InstanceWrapper } from '@nestjs/core/injector/instance-wrapper.js';
import { projectionOfToken } from '../projections/projection-reader-tokens.js';
import type { PipelineDefinition } from './pipeline-definition.js';
import type { WiringProblems } from './wiring-problems.js';

interface DeclaredDependency {
  /** Of a parameter of the constructor. */
  readonly param?: unknown;
  /** Of a property. */
  readonly type?: unknown;
}

/** Reports providers and controllers that ask for the reader of a fold which is in no pipeline. */
export function checkReaders(
  discovery: DiscoveryService,
  pipelines: readonly PipelineDefinition[],
  problems: WiringProblems,
): void {
  const folds = new Set<unknown>(pipelines.flatMap(({ folds }) => folds.map(({ projectionClass }) => projectionClass)));
  for (const wrapper of [...discovery.getProviders(), ...discovery.getControllers()]) {
    for (const token of dependenciesOf(wrapper)) {
      const projection = projectionOfToken(token);
      if (projection === undefined || folds.has(projection)) continue;
      problems.add(
        `${String(wrapper.name)} injects the reader of ${projection.name}, which no module provides as a fold: mark it ` +
          'with @FoldProjection() and add it to the providers of its feature module.',
      );
    }
  }
}

function dependenciesOf({ metatype, inject = [] }: InstanceWrapper): readonly unknown[] {
  if (typeof metatype !== 'function') return [];
  const declared = [SELF_DECLARED_DEPS_METADATA, PROPERTY_DEPS_METADATA].flatMap(
    (key) => (Reflect.getMetadata(key, metatype) ?? []) as readonly DeclaredDependency[],
  );
  return [...declared.map(({ param, type }) => param ?? type), ...(inject ?? [])];
}
