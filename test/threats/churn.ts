import { execFileSync } from 'node:child_process'
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'

/** Few names, so that events meet each other. */
const folders = [
  '.claude',
  '.claude/modules',
  '.claude/modules/patterns',
  'docs',
  'docs/deep',
  'docs/deep/er',
]
const files = [
  'CLAUDE.md',
  'docs/guide.md',
  'docs/deep/a.md',
  'docs/deep/er/b.md',
  'docs/deep/er/gate.md',
  '.claude/modules/a.md',
  '.claude/modules/b.md',
  '.claude/modules/patterns/cycle.md',
  '.claude/modules/patterns/gate.md',
  '.claude/commands/task.md',
  '.claude/extra/note.md',
]
const pieces = [
  '# A\n',
  '## Red phase\n',
  'See @modules/a.md and @modules/patterns/cycle#red-phase.\n',
  '[guide](docs/guide.md#red-phase) [up](../README.md) [gone](gone.md) [b](er/b.md)\n',
  '[same](#a) [other](cycle.md) [folder](patterns/) [linked](../linked/a.md)\n',
  '@docs/guide.md and @docs/linked/b.md, needs @extra/note.md and @quality/gate.md.\n',
  '---\nname: a\nneeds:\n  - "@modules/patterns/cycle.md"\n---\n',
]
const ignores = ['', 'docs/deep/\n', '*.md\n!docs/**\n', 'b.md\n', '.claude/extra\n']

/** Numbers in [0, 1), the same for the same seed. */
export function numbersOf(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Something that people and their programs do to a folder; gives what it did, undefined when it could not be done. */
export type Event = () => string | undefined

/** Events on a folder, the same for the same seed and the same folder. */
export function eventsOn(root: string, seed: number): Event {
  const number = numbersOf(seed)
  const one = <T>(list: readonly T[]): T => list[Math.floor(number() * list.length)]!
  const at = (path: string): string => join(root, path)
  const text = (): string =>
    Array.from({ length: 1 + Math.floor(number() * 3) }, () => one(pieces)).join('\n')

  const kinds: Record<string, () => string> = {
    write() {
      const path = one(files)
      put(at(path), text())
      return path
    },
    saveAtomically() {
      const path = one(files)
      put(`${at(path)}.tmp`, text())
      renameSync(`${at(path)}.tmp`, at(path))
      return path
    },
    remove() {
      const path = one(files)
      rmSync(at(path))
      return path
    },
    removeFolder() {
      const path = one(folders)
      statSync(at(path))
      rmSync(at(path), { recursive: true })
      return path
    },
    recreateFolder() {
      const path = one(folders)
      rmSync(at(path), { recursive: true })
      mkdirSync(at(path))
      put(at(join(path, one(['a.md', 'b.md', 'gate.md']))), text())
      return path
    },
    renameFolder() {
      const [from, to] = [one(folders), one(folders)]
      renameSync(at(from), at(to))
      return `${from} to ${to}`
    },
    renameFile() {
      const [from, to] = [one(files), one(files)]
      mkdirSync(dirname(at(to)), { recursive: true })
      renameSync(at(from), at(to))
      return `${from} to ${to}`
    },
    renameInCase() {
      const path = one(files)
      const to = at(join(dirname(path), basename(path).toUpperCase()))
      if (number() < 0.5) renameSync(at(path), to)
      else renameSync(to, at(path))
      return path
    },
    link() {
      const [from, to] = one([
        ['docs/linked', 'docs/deep'],
        ['.claude/linked', 'docs/deep'],
        ['.claude/modules/linked.md', 'docs/guide.md'],
      ] as const)
      rmSync(at(from), { force: true })
      if (number() < 0.7) symlinkSync(relative(dirname(at(from)), at(to)), at(from))
      return from
    },
    /** As an archive does that is unpacked over files: neither size nor time tell. */
    editInSecret() {
      const path = one(files)
      const { atime, mtime } = statSync(at(path))
      const old = readFileSync(at(path), 'utf8')
      writeFileSync(
        at(path),
        old.replaceAll(/[a-z](?=\.md)/g, () => one(['a', 'b', 'e'])),
      )
      utimesSync(at(path), atime, mtime)
      return path
    },
    ignore() {
      writeFileSync(at('.gitignore'), one(ignores))
      return '.gitignore'
    },
  }
  const weights = ['write', 'write', 'write', 'saveAtomically', 'saveAtomically', 'remove', 'editInSecret']
  const names = [...weights, ...Object.keys(kinds)]
  return () => {
    const name = one(names)
    try {
      return `${name} ${kinds[name]!()}`
    } catch {
      return undefined
    }
  }
}

function put(place: string, text: string): void {
  mkdirSync(dirname(place), { recursive: true })
  writeFileSync(place, text)
}

/** Makes a folder a checkout in which everything that is there is tracked. */
export function makeCheckout(root: string): void {
  const git = (...words: string[]): unknown => execFileSync('git', words, { cwd: root, stdio: 'ignore' })
  git('init', '-q')
  git('add', '-A')
}

/** The files to begin with. */
export function placeFirst(root: string): void {
  for (const [index, path] of files.entries())
    put(join(root, path), pieces.slice(index % 4, (index % 4) + 3).join('\n'))
}

/** How many names a folder holds, at any depth. */
export function countNames(root: string): number {
  return readdirSync(root, { recursive: true }).length
}
