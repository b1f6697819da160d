import { deepStrictEqual, ok, strictEqual, throws } from 'node:assert/strict'
import { HeddleError } from '../base/diagnostic.ts'
import type { Files } from './file-system.ts'
import { parsePath } from './gate.ts'
import type { Path } from './path.ts'

/** One promise of the interface, and the function that rejects when it is broken. */
export interface ContractCase {
  readonly name: string
  check(): Promise<void>
}

/** Contents of files by path. */
export type Contents = Readonly<Record<string, string | Uint8Array>>

/** Makes files that hold just these contents; called once for each case. */
export type MakeFilesWith = (contents: Contents) => Files | Promise<Files>

/** What every file-system driver must do that can be read, as cases for any test runner. */
export function readingContract(make: MakeFilesWith): readonly ContractCase[] {
  return cases.map(({ name, contents, check }) => ({ name, check: async () => check(await make(contents)) }))
}

interface ReadingCase {
  readonly name: string
  readonly contents: Contents
  check(files: Files): Promise<void>
}

const many = Array.from({ length: 64 }, (_, index) => `f/${index % 8}/${index}`)
const bytes = new Uint8Array([0, 255, 10, 13, 195, 40])

const cases: readonly ReadingCase[] = [
  {
    name: 'gives the bytes of a file',
    contents: { 'a/b/c.bin': bytes, empty: '' },
    async check(files) {
      deepStrictEqual([...(await files.read(at('a/b/c.bin')))], [...bytes])
      strictEqual(await textAt(files, 'empty'), '')
    },
  },
  {
    name: 'finds names of every script',
    contents: { 'ünï/日本 語 [1] 100%.md': 'hellö 👋' },
    async check(files) {
      strictEqual(await textAt(files, 'ünï/日本 語 [1] 100%.md'), 'hellö 👋')
      deepStrictEqual(await namesIn(files, 'ünï'), ['日本 語 [1] 100%.md'])
    },
  },
  {
    name: 'copies contents out',
    contents: { a: 'abc' },
    async check(files) {
      const first = await files.read(at('a'))
      first[1] = 9
      strictEqual(await textAt(files, 'a'), 'abc')
    },
  },
  {
    name: 'says nothing is there by undefined, and by NOT_FOUND to a read',
    contents: { file: 'x' },
    async check(files) {
      for (const path of ['none', 'none/below', 'file/below']) {
        strictEqual(await files.stat(at(path)), undefined)
        strictEqual(await files.list(at(path)), undefined)
        await rejectsWith('NOT_FOUND', files.read(at(path)))
      }
    },
  },
  {
    name: 'describes files and folders',
    contents: { 'folder/file': 'four' },
    async check(files) {
      const file = await files.stat(at('folder/file'))
      deepStrictEqual([file?.type, file?.size, typeof file?.modified], ['file', 4, 'number'])
      strictEqual((await files.stat(at('folder')))?.type, 'directory')
      strictEqual((await files.stat(at('')))?.type, 'directory')
    },
  },
  {
    name: 'lists in UTF-16 order, one level deep',
    contents: { b: '', 'a/deep/er': '', B: '', é: '', 'a.b': '', 10: '', 9: '' },
    async check(files) {
      deepStrictEqual(await namesIn(files, ''), ['10', '9', 'B', 'a', 'a.b', 'b', 'é'])
      deepStrictEqual(await files.list(at('a')), [{ name: 'deep', type: 'directory' }])
    },
  },
  {
    name: 'lists an empty root',
    contents: {},
    async check(files) {
      deepStrictEqual(await files.list(at('')), [])
    },
  },
  {
    name: 'does not mistake what is read for another kind',
    contents: { 'folder/file': 'x' },
    async check(files) {
      await rejectsWith('NOT_A_FILE', files.read(at('folder')))
      await rejectsWith('NOT_A_FILE', files.read(at('')))
      await rejectsWith('NOT_A_FOLDER', files.list(at('folder/file')))
    },
  },
  {
    name: 'passes every path that is read through the gate',
    contents: { 'a/c': 'x' },
    async check(files) {
      for (const [code, text] of refusedPaths) {
        // Deliberately not parsed: the door itself must look.
        const path = text as Path
        for (const call of [files.stat(path), files.list(path), files.read(path)])
          await rejectsWith(code, call)
        if (files.sync) throwsWith(code, () => files.sync?.read(path))
      }
      strictEqual(await textAt(files, 'a/c'), 'x')
      strictEqual(new TextDecoder().decode(await files.read('./a//b/../c' as Path)), 'x')
    },
  },
  {
    name: 'answers the same without promises where it offers that',
    contents: { 'a/b': 'text' },
    async check(files) {
      if (!files.sync) return
      deepStrictEqual(files.sync.list(at('a')), await files.list(at('a')))
      deepStrictEqual(files.sync.read(at('a/b')), await files.read(at('a/b')))
      strictEqual(files.sync.stat(at('a/b'))?.size, 4)
      strictEqual(files.sync.stat(at('none')), undefined)
      strictEqual(files.sync.list(at('none')), undefined)
      throwsWith('NOT_FOUND', () => files.sync?.read(at('none')))
    },
  },
  {
    name: 'reads file after file as it reads each, where it offers that',
    contents: { plain: 'x', 'a/1': 'one', 'a/2': '', 'b/3': bytes, 'a/4': 'x'.repeat(200_000), ünï: 'ü' },
    async check(files) {
      if (!files.sync?.readEach) return
      const sound = ['a/2', 'a/4', 'a/none', 'b/3', 'a', 'none/x', 'a/1', '', 'ünï']
      const paths = [...sound, '/plain', 'plain/', './a/1', 'a/../plain', ...refusedPaths.map(second)]
      const each: unknown[] = []
      const told = files.sync.readEach(paths as Path[], (found, index) => {
        strictEqual(index, each.length)
        each.push(found instanceof HeddleError ? found.code : [...found.bytes])
        return true
      })
      strictEqual(told, paths.length)
      deepStrictEqual(each, await Promise.all(paths.map(async (path) => codeOrBytes(files, path as Path))))
    },
  },
  {
    name: 'stops reading file after file when it is told to, and lets through what is thrown',
    contents: Object.fromEntries(many.map((path) => [path, path])),
    async check(files) {
      if (!files.sync?.readEach) return
      const readEach = files.sync.readEach
      for (const stop of [0, 3, 9])
        strictEqual(
          readEach(many as Path[], (_, index) => index < stop),
          stop + 1,
        )
      strictEqual(
        readEach([], () => true),
        0,
      )
      const fault = new Error('a fault of the reader')
      throws(
        () =>
          readEach(many as Path[], () => {
            throw fault
          }),
        fault,
      )
      // Reading while reading: each keeps its own bytes.
      const seen: string[] = []
      readEach(many.slice(0, 8) as Path[], (outer) => {
        readEach(many.slice(8, 12) as Path[], () => true)
        seen.push(outer instanceof HeddleError ? outer.code : new TextDecoder().decode(outer.bytes))
        return true
      })
      deepStrictEqual(seen, many.slice(0, 8))
    },
  },
  {
    name: 'gives the stamps of names in the order they are asked for, where it offers that',
    contents: { 'a/file': 'four', 'a/b/other': '', last: 'x' },
    async check(files) {
      if (!files.sync?.stamps) return
      const paths = ['a/file', 'none', 'a/b', 'a/b/other', 'a/none', 'a/file/below', '', 'last']
      const asked = [...paths, ...refusedPaths.map(second)] as Path[]
      const stamps = files.sync.stamps(asked)
      deepStrictEqual(
        stamps.map((stamp) => stamp && (stamp.type === 'file' ? stamp.size : stamp.type)),
        [
          4,
          undefined,
          'directory',
          0,
          undefined,
          undefined,
          undefined,
          1,
          ...refusedPaths.map(() => undefined),
        ],
      )
      deepStrictEqual(files.sync.stamps(asked), stamps)
      deepStrictEqual(files.sync.stamps(asked.toReversed()), stamps.toReversed())
    },
  },
  {
    name: 'takes many reads at once',
    contents: Object.fromEntries(many.map((path) => [path, path])),
    async check(files) {
      deepStrictEqual(await Promise.all(many.map((path) => textAt(files, path))), many)
    },
  },
]

function second([, path]: readonly [string, string]): string {
  return path
}

async function codeOrBytes(files: Files, path: Path): Promise<unknown> {
  try {
    return [...(await files.read(path))]
  } catch (thrown) {
    return codeOf(thrown)
  }
}

/** Paths that no driver lets through, and the code that says why. */
export const refusedPaths: readonly (readonly [string, string])[] = [
  ['OUTSIDE_ROOT', '../a'],
  ['OUTSIDE_ROOT', '/a'],
  ['NAME_UNSAFE', 'a/%2e%2e/b'],
  ['NAME_UNSAFE', 'CON.md'],
  ['DENIED_BY_RULE', 'a/.ENV'],
  ['DENIED_BY_RULE', '.git/config'],
  ['DENIED_BY_RULE', '.heddle/state/x'],
]

/** The path of a text that the gate accepts. */
export function at(text: string): Path {
  const parsed = parsePath(text)
  if (!parsed.ok) throw new HeddleError(parsed.diagnostic)
  return parsed.value
}

/** The text of a file. */
export async function textAt(files: Files, text: string): Promise<string> {
  return new TextDecoder().decode(await files.read(at(text)))
}

/** The names in a folder. */
export async function namesIn(files: Files, text: string): Promise<string[] | undefined> {
  return (await files.list(at(text)))?.map(({ name }) => name)
}

/** Rejects when the call does not reject with this code. */
export async function rejectsWith(code: string, call: Promise<unknown>): Promise<void> {
  const thrown: unknown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  strictEqual(codeOf(thrown), code)
}

function throwsWith(code: string, call: () => unknown): void {
  let thrown: unknown
  try {
    call()
  } catch (reason) {
    thrown = reason
  }
  strictEqual(codeOf(thrown), code)
}

function codeOf(thrown: unknown): string | undefined {
  ok(thrown === undefined || thrown instanceof HeddleError, `not a HeddleError: ${String(thrown)}`)
  return thrown?.code
}
