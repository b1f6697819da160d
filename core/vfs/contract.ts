import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict'
import { HeddleError } from '../base/diagnostic.ts'
import type { WritableFiles } from './file-system.ts'
import { parsePath } from './gate.ts'
import type { Path } from './path.ts'

/** One promise of the interface, and the function that rejects when it is broken. */
export interface ContractCase {
  readonly name: string
  check(): Promise<void>
}

/** Makes empty, writable files; called once for each case. */
export type MakeFiles = () => WritableFiles | Promise<WritableFiles>

/** What every file-system driver must do, as cases for any test runner. */
export function filesContract(make: MakeFiles): readonly ContractCase[] {
  return Object.entries(cases).map(([name, check]) => ({ name, check: async () => check(await make()) }))
}

const cases: Record<string, (files: WritableFiles) => Promise<void>> = {
  async 'gives back the bytes that were written'(files) {
    const bytes = new Uint8Array([0, 255, 10, 13, 195, 40])
    await files.write(at('a/b/c.bin'), bytes)
    deepStrictEqual([...(await files.read(at('a/b/c.bin')))], [...bytes])
  },

  async 'stores text as UTF-8'(files) {
    await files.write(at('ünï/日本 語 [1] 100%.md'), 'hellö 👋')
    strictEqual(await textAt(files, 'ünï/日本 語 [1] 100%.md'), 'hellö 👋')
  },

  async 'copies contents in and out'(files) {
    const given = new Uint8Array([1, 2, 3])
    const written = files.write(at('a'), given)
    given[0] = 9
    await written
    const first = await files.read(at('a'))
    first[1] = 9
    deepStrictEqual([...(await files.read(at('a')))], [1, 2, 3])
  },

  async 'replaces a file, longer by shorter and by nothing'(files) {
    await files.write(at('a'), 'a long text')
    await files.write(at('a'), 'short')
    strictEqual(await textAt(files, 'a'), 'short')
    await files.write(at('a'), '')
    strictEqual(await textAt(files, 'a'), '')
    strictEqual((await files.stat(at('a')))?.size, 0)
  },

  async 'says nothing is there by undefined, and by NOT_FOUND to a read'(files) {
    await files.write(at('file'), 'x')
    for (const path of ['none', 'none/below', 'file/below']) {
      strictEqual(await files.stat(at(path)), undefined)
      strictEqual(await files.list(at(path)), undefined)
      await rejectsWith('NOT_FOUND', files.read(at(path)))
      await files.remove(at(path))
    }
  },

  async 'describes files and folders'(files) {
    await files.write(at('folder/file'), 'four')
    const file = await files.stat(at('folder/file'))
    deepStrictEqual([file?.type, file?.size, typeof file?.modified], ['file', 4, 'number'])
    strictEqual((await files.stat(at('folder')))?.type, 'directory')
    strictEqual((await files.stat(at('')))?.type, 'directory')
  },

  async 'lists in UTF-16 order, one level deep'(files) {
    for (const name of ['b', 'a/deep/er', 'B', 'é', 'a.b', '10', '9']) await files.write(at(name), '')
    deepStrictEqual(await names(files, ''), ['10', '9', 'B', 'a', 'a.b', 'b', 'é'])
    deepStrictEqual(await files.list(at('a')), [{ name: 'deep', type: 'directory' }])
  },

  async 'lists an empty root'(files) {
    deepStrictEqual(await files.list(at('')), [])
  },

  async 'does not mistake kinds'(files) {
    await files.write(at('folder/file'), 'x')
    await rejectsWith('NOT_A_FILE', files.read(at('folder')))
    await rejectsWith('NOT_A_FILE', files.read(at('')))
    await rejectsWith('NOT_A_FILE', files.write(at('folder'), 'x'))
    await rejectsWith('NOT_A_FILE', files.write(at(''), 'x'))
    await rejectsWith('NOT_A_FOLDER', files.list(at('folder/file')))
    await rejectsWith('NOT_A_FOLDER', files.write(at('folder/file/below'), 'x'))
    await rejectsWith('NOT_A_FOLDER', files.makeFolder(at('folder/file')))
    await rejectsWith('NOT_A_FOLDER', files.makeFolder(at('folder/file/below')))
    strictEqual(await textAt(files, 'folder/file'), 'x')
  },

  async 'keeps empty folders'(files) {
    await files.makeFolder(at('a/b'))
    await files.makeFolder(at('a/b'))
    deepStrictEqual(await files.list(at('a/b')), [])
    deepStrictEqual(await names(files, 'a'), ['b'])
    await files.write(at('a/b/c'), 'x')
    await files.remove(at('a/b/c'))
    deepStrictEqual(await files.list(at('a/b')), [])
  },

  async 'removes a folder with all below, and lets it be made again'(files) {
    await files.write(at('a/b/c'), 'old')
    await files.write(at('ab'), 'stays')
    await files.remove(at('a'))
    strictEqual(await files.stat(at('a/b/c')), undefined)
    strictEqual(await files.stat(at('a')), undefined)
    deepStrictEqual(await names(files, ''), ['ab'])
    await files.write(at('a/d'), 'new')
    deepStrictEqual(await names(files, 'a'), ['d'])
    await rejectsWith('NOT_FOUND', files.read(at('a/b/c')))
  },

  async 'lets a file become a folder and back'(files) {
    await files.write(at('a'), 'file')
    await files.remove(at('a'))
    await files.write(at('a/b'), 'below')
    await files.remove(at('a'))
    await files.write(at('a'), 'file again')
    strictEqual(await textAt(files, 'a'), 'file again')
  },

  async 'does not remove its root'(files) {
    await files.write(at('a'), 'x')
    await rejectsWith('DENIED_BY_RULE', files.remove(at('')))
    strictEqual(await textAt(files, 'a'), 'x')
  },

  async 'passes every path through the gate'(files) {
    const refused = [
      ['OUTSIDE_ROOT', '../a'],
      ['OUTSIDE_ROOT', '/a'],
      ['NAME_UNSAFE', 'a/%2e%2e/b'],
      ['NAME_UNSAFE', 'CON.md'],
      ['DENIED_BY_RULE', 'a/.ENV'],
      ['DENIED_BY_RULE', '.git/config'],
      ['DENIED_BY_RULE', '.heddle/state/x'],
    ] as const
    for (const [code, text] of refused) {
      // Deliberately not parsed: the door itself must look.
      const path = text as Path
      for (const call of [files.stat(path), files.list(path), files.read(path)]) await rejectsWith(code, call)
      for (const call of [files.write(path, 'x'), files.remove(path), files.makeFolder(path)]) {
        await rejectsWith(code, call)
      }
      if (files.sync) throwsWith(code, () => files.sync?.read(path))
    }
    await files.write('./a//b/../c' as Path, 'x')
    strictEqual(await textAt(files, 'a/c'), 'x')
  },

  async 'answers the same without promises where it offers that'(files) {
    await files.write(at('a/b'), 'text')
    if (!files.sync) return
    deepStrictEqual(files.sync.list(at('a')), await files.list(at('a')))
    deepStrictEqual(files.sync.read(at('a/b')), await files.read(at('a/b')))
    strictEqual(files.sync.stat(at('a/b'))?.size, 4)
    strictEqual(files.sync.stat(at('none')), undefined)
    strictEqual(files.sync.list(at('none')), undefined)
    throwsWith('NOT_FOUND', () => files.sync?.read(at('none')))
  },

  async 'takes many calls at once'(files) {
    const paths = Array.from({ length: 64 }, (_, index) => at(`f/${index % 8}/${index}`))
    await Promise.all(paths.map((path) => files.write(path, path)))
    deepStrictEqual(await Promise.all(paths.map((path) => textAt(files, path))), paths)
  },
}

function at(text: string): Path {
  const parsed = parsePath(text)
  if (!parsed.ok) throw new HeddleError(parsed.diagnostic)
  return parsed.value
}

async function textAt(files: WritableFiles, text: string): Promise<string> {
  return new TextDecoder().decode(await files.read(at(text)))
}

async function names(files: WritableFiles, text: string): Promise<string[] | undefined> {
  return (await files.list(at(text)))?.map(({ name }) => name)
}

async function rejectsWith(code: string, call: Promise<unknown>): Promise<void> {
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
