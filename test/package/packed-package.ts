import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

const COMMAND_LIMIT_MS = 60_000;

export interface Manifest {
  name: string;
  exports: Record<string, unknown>;
  peerDependencies: Record<string, string>;
  peerDependenciesMeta: Record<string, { optional?: boolean }>;
}

/** Runs a command without stdin, and returns what it wrote; throws with its output when it fails or takes too long. */
function run(command: string, args: string[], cwd: string): string {
  return execFileSync(command, args, {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: COMMAND_LIMIT_MS,
  });
}

/** The package as npm publishes it, in a directory of its own. */
export class PackedPackage {
  private readonly directory = mkdtempSync(join(tmpdir(), 'packed-package-'));
  readonly tarball: string;
  readonly manifest: Manifest;

  constructor() {
    run('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', this.directory], root);
    const [tarball] = readdirSync(this.directory);
    this.tarball = join(this.directory, tarball ?? '');
    run('tar', ['-xzf', this.tarball, '-C', this.directory], root);
    this.manifest = JSON.parse(readFileSync(join(this.directory, 'package/package.json'), 'utf8'));
  }

  get files(): string[] {
    return run('tar', ['-tzf', this.tarball], root)
      .trim()
      .split('\n')
      .map((path) => path.replace(/^package\//, ''));
  }

  peers(kind: 'required' | 'all'): string[] {
    const { peerDependencies, peerDependenciesMeta } = this.manifest;
    return Object.keys(peerDependencies).filter((name) => kind === 'all' || !peerDependenciesMeta[name]?.optional);
  }

  /** A directory in which this package is installed and can reach these dependencies, and no others. */
  installInto(name: string, dependencies: string[]): string {
    const project = join(this.directory, name);
    const modules = join(project, 'node_modules');
    for (const dependency of dependencies) {
      mkdirSync(dirname(join(modules, dependency)), { recursive: true });
      symlinkSync(join(root, 'node_modules', dependency), join(modules, dependency), 'junction');
    }
    cpSync(join(this.directory, 'package'), join(modules, this.manifest.name), { recursive: true });
    return project;
  }

  async remove(): Promise<void> {
    await rm(this.directory, { recursive: true, force: true });
  }
}
