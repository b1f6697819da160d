import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

/** Rooms from left to right: a file may import from its own room and from rooms to the left. */
const order = [
  ['base'],
  ['source'],
  ['vfs'],
  ['module'],
  ['resolve'],
  ['load'],
  ['compose'],
  ['mend'],
  ['run'],
  ['operations'],
  ['explain'],
  ['plugin'],
  ['register'],
  ['config'],
  ['sources', 'entries', 'reading', 'keeping'],
  ['mending'],
  ['live', 'questions', 'answers', 'declaration'],
  ['facade'],
  ['framework'],
  ['index', 'files', 'testing'],
  ['server', 'plugins'],
  ['cli'],
]

/** Each package has one door. */
const doors: Readonly<Record<string, string>> = {
  tapable: 'core/plugin/hooks.ts',
  memfs: 'core/vfs/memory.ts',
  'js-yaml': 'core/module/frontmatter.ts',
  chokidar: 'core/vfs/watch.ts',
  '@opentelemetry/api': 'core/run/spans.ts',
  bullmq: 'plugins/queue/engine.ts',
  ioredis: 'plugins/queue/redis.ts',
  pg: 'plugins/queue/postgres.ts',
  aws4fetch: 'plugins/queue/s3.ts',
  '@ast-grep/napi': 'core/source/syntax.ts',
  '@ast-grep/lang-python': 'core/source/syntax.ts',
}

interface SourceFile {
  readonly path: string
  readonly imports: readonly string[]
}

const files = ['core', 'plugins'].flatMap((folder) => sources(join(root, folder)))

test('imports go left only', () => {
  const wrong = files.flatMap(({ path, imports }) =>
    imports
      .filter((target) => target.startsWith('.'))
      .map((target) => relative(root, resolve(root, dirname(path), target)))
      .filter(
        (target) => rank(target) > rank(path) || (rank(target) === rank(path) && room(target) !== room(path)),
      )
      .map((target) => `${path} imports ${target}`),
  )
  assert.deepEqual(wrong, [])
})

test('no file imports itself through others', () => {
  const edges = new Map(
    files.map(({ path, imports }) => [
      path,
      imports
        .filter((target) => target.startsWith('.'))
        .map((target) => relative(root, resolve(root, dirname(path), target))),
    ]),
  )
  const state = new Map<string, 'open' | 'done'>()
  const visit = (path: string, trail: readonly string[]): void => {
    assert.notEqual(state.get(path), 'open', `a cycle: ${[...trail, path].join(' → ')}`)
    if (state.get(path) === 'done') return
    state.set(path, 'open')
    for (const target of edges.get(path) ?? []) visit(target, [...trail, path])
    state.set(path, 'done')
  }
  for (const path of edges.keys()) visit(path, [])
})

test('each package that has a door is imported there only', () => {
  const wrong = files.flatMap(({ path, imports }) =>
    imports.filter((name) => name in doors && doors[name] !== path).map((name) => `${path} imports ${name}`),
  )
  assert.deepEqual(wrong, [])
})

test('zod is loaded when a value must be checked, never at the start', () => {
  const wrong = files.filter(({ path }) =>
    /^import (?!type)[^\n]*'zod'/m.test(readFileSync(join(root, path), 'utf8')),
  )
  assert.deepEqual(wrong, [])
})

test('plugins import public entries and their own folder only', () => {
  const wrong = files
    .filter(({ path }) => path.startsWith('plugins/') && path !== 'plugins/index.ts')
    .flatMap(({ path, imports }) =>
      imports
        .filter((target) => !isAllowedForPlugin(path, target))
        .map((target) => `${path} imports ${target}`),
    )
  assert.deepEqual(wrong, [])
})

test('the command line imports public entries only', () => {
  const wrong = files
    .filter(({ path }) => path.startsWith('core/cli/'))
    .flatMap(({ path, imports }) =>
      imports
        .filter((target) => target.startsWith('.'))
        .map((target) => relative(root, resolve(root, dirname(path), target)))
        .filter((target) => !/^core\/(?:cli\/.*|index|files|testing|server)\.ts$/.test(target))
        .map((target) => `${path} imports ${target}`),
    )
  assert.deepEqual(wrong, [])
})

test('no file is an attic', () => {
  const attic = /(?:^|\/)(?:utils?|helpers?|common|misc|types)\.ts$/
  assert.deepEqual(
    files.filter(({ path }) => attic.test(path)),
    [],
  )
})

function isAllowedForPlugin(path: string, target: string): boolean {
  if (target.startsWith('node:') || /^heddle(?:\/(?:files|testing))?$/.test(target)) return true
  if (!target.startsWith('.'))
    return doors[target] === path || (target === 'zod' && path.startsWith('plugins/'))
  const folder = path.split('/').slice(0, 2).join('/')
  return relative(root, resolve(root, dirname(path), target)).startsWith(`${folder}/`)
}

function sources(folder: string): SourceFile[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return sources(path)
    return /\.tsx?$/.test(entry.name) ? [{ path: relative(root, path), imports: importsOf(path) }] : []
  })
}

function importsOf(path: string): string[] {
  const text = readFileSync(path, 'utf8')
  const fixed = text.matchAll(/^(?:import|export)\s[^'";]*?from\s+'([^']+)'/gm)
  const bare = text.matchAll(/^import\s+'([^']+)'/gm)
  const lazy = text.matchAll(/\bimport\(\s*'([^']+)'\s*\)/g)
  return [...fixed, ...bare, ...lazy].map((match) => match[1]!)
}

function room(path: string): string {
  const [first, second] = path.split('/')
  return first === 'plugins' ? 'plugins' : second!.replace(/\.ts$/, '')
}

function rank(path: string): number {
  const found = order.findIndex((rooms) => rooms.includes(room(path)))
  assert.notEqual(found, -1, `${path} stands in no known room`)
  return found
}
