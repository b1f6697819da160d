import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict'
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
    name: 'takes many reads at once',
    contents: Object.fromEntries(many.map((path) => [path, path])),
    async check(files) {
      deepStrictEqual(await Promise.all(many.map((path) => textAt(files, path))), many)
    },
  },
]

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
