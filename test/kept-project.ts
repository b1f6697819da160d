import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import {
  bash,
  createFramework,
  defineOperation,
  definePlugin,
  edit,
  type Framework,
  glob,
  type Report,
  read,
  write,
} from 'heddle'

/** A project whose command writes, reads, runs programs, grows, and rings a bell outside that must ring once. */
export function makeProject(root: string): void {
  const files = {
    '.claude/commands/go.md': '---\nname: go\npattern: kept\n---\n\n# Go\n',
    'in.txt': 'in\n',
    'src/one.txt': 'one\n',
    'src/two.txt': 'two\n',
  }
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
}

/** The framework of the project; what rings is written to the file `bell`. `ran` is told the name of everything that is called. */
export function openProject(
  root: string,
  bell: string,
  ran: (name: string) => void = () => {},
): Promise<Framework> {
  return createFramework({ root, config: false, builtIn: false, plugins: [keptPlugin(bell, ran)()] })
}

function keptPlugin(bell: string, ran: (name: string) => void) {
  const common = {
    lane: 'io',
    input: (z: Parameters<NonNullable<Parameters<typeof defineOperation>[0]>['input']>[0]) =>
      z.strictObject({ name: z.string() }),
    output: (z: Parameters<NonNullable<Parameters<typeof defineOperation>[0]>['output']>[0]) => z.string(),
  } as const
  const ring = defineOperation<{ name: string }, string>({
    ...common,
    kind: 'ring',
    description: 'Rings a bell that everybody hears',
    effects: 'external',
    idempotent: false,
    claims: () => ({ reads: [], writes: [] }),
    async run({ name }) {
      ran(name)
      await new Promise((resolve) => setTimeout(resolve, 10))
      appendFileSync(bell, `${name}\n`)
      await new Promise((resolve) => setTimeout(resolve, 10))
      return `${name} has rung`
    },
  })
  const pause = defineOperation<{ name: string }, string>({
    ...common,
    kind: 'pause',
    description: 'Takes its time, and counts what is there',
    effects: 'workspace',
    idempotent: true,
    claims: ({ name }) => ({ reads: ['src/**'], writes: [`pauses/${name}`] }),
    async run({ name }, { files }) {
      ran(name)
      await new Promise((resolve) => setTimeout(resolve, 15))
      const names = ((await files.list('src' as never)) ?? []).map((entry) => entry.name)
      await files.write(`pauses/${name}` as never, names.join(' '))
      return names.join(' ')
    },
  })
  const pauses = (from: number): { kind: string; name: string; input: { name: string } }[] =>
    [0, 1, 2].map((index) => ({
      kind: 'pause',
      name: `pause-${from + index}`,
      input: { name: `pause-${from + index}` },
    }))
  const rings = (...names: string[]) => names.map((name) => ({ kind: 'ring', name, input: { name } }))
  const x = { reads: ['out/x.txt'], writes: ['out/x.txt'] }
  return definePlugin({
    name: 'kept',
    apply(hooks) {
      hooks.operation.for('ring').tap('kept', () => ring)
      hooks.operation.for('pause').tap('kept', () => pause)
      hooks.plan.for('kept').tap('kept', () => [
        {
          name: 'a',
          operations: [
            write({ path: 'out/x.txt', text: 'begun\n' }),
            write({ path: 'out/deep/y.txt', text: 'y\n' }),
            read('in.txt'),
            glob('src/**'),
            ...rings('first'),
            ...pauses(1),
          ],
        },
        {
          name: 'b',
          needs: ['a'],
          operations: [
            bash({ command: 'echo fixed >> out/x.txt' }, { name: 'fix', claims: x }),
            bash({ command: 'cat in.txt out/x.txt' }, { name: 'check', claims: { ...x, writes: [] } }),
            ...rings('second', 'third'),
            ...pauses(4),
          ],
        },
        {
          name: 'c',
          needs: ['b'],
          operations: [
            edit({ path: 'out/x.txt', old: 'begun', new: 'ended' }),
            glob('out/**'),
            ...rings('last'),
          ],
          expand: (outcomes) =>
            (outcomes[1]?.output as { files: string[] } | null)?.files.map((path) => read(path)) ?? [],
          synthesise: (outcomes) => outcomes.map(({ status }) => status).join(' '),
        },
      ])
    },
  })
}

/** All of a report that must be the same however often the run was cut short. */
export function valuesOf({ status, groups, gates }: Report): unknown {
  return {
    status,
    gates,
    groups: groups.map(({ name, operations, synthesis }) => ({
      name,
      synthesis,
      operations: operations.map(({ name, kind, status, output, error, quality }) => ({
        name,
        kind,
        status,
        output,
        error,
        quality,
      })),
    })),
  }
}

/** Every file of the project but our own state. */
export function bytesOf(root: string): Record<string, string> {
  const found: Record<string, string> = {}
  for (const entry of readdirSync(root, { withFileTypes: true, recursive: true })) {
    const path = join(entry.parentPath, entry.name).slice(root.length + 1)
    if (entry.isFile() && !path.startsWith('.heddle')) found[path] = readFileSync(join(root, path), 'latin1')
  }
  return found
}

/** What the bell has rung so far, in no order. */
export function ringsOf(bell: string): readonly string[] {
  return existsSync(bell) ? readFileSync(bell, 'utf8').trimEnd().split('\n').toSorted() : []
}
