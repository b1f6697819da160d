import { deepStrictEqual, strictEqual } from 'node:assert/strict'
import type { WritableFiles } from './file-system.ts'
import type { Path } from './path.ts'
import {
  at,
  type ContractCase,
  type Contents,
  namesIn,
  readingContract,
  refusedPaths,
  rejectsWith,
  textAt,
} from './reading-contract.ts'

export type { ContractCase, Contents, MakeFilesWith } from './reading-contract.ts'

/** Makes empty, writable files; called once for each case. */
export type MakeFiles = () => WritableFiles | Promise<WritableFiles>

/** What every file-system driver must do that can be written too, as cases for any test runner. */
export function filesContract(make: MakeFiles): readonly ContractCase[] {
  const writing = Object.entries(cases).map(([name, check]) => ({
    name,
    check: async () => check(await make()),
  }))
  return [...readingContract((contents) => filled(make, contents)), ...writing]
}

async function filled(make: MakeFiles, contents: Contents): Promise<WritableFiles> {
  const files = await make()
  for (const [path, content] of Object.entries(contents)) await files.write(at(path), content)
  return files
}

const cases: Record<string, (files: WritableFiles) => Promise<void>> = {
  async 'gives back the bytes that were written'(files) {
    const bytes = new Uint8Array([0, 255, 10, 13, 195, 40])
    await files.write(at('a/b/c.bin'), bytes)
    deepStrictEqual([...(await files.read(at('a/b/c.bin')))], [...bytes])
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
    deepStrictEqual(await namesIn(files, 'a'), ['b'])
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
    deepStrictEqual(await namesIn(files, ''), ['ab'])
    await files.write(at('a/d'), 'new')
    deepStrictEqual(await namesIn(files, 'a'), ['d'])
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
    for (const [code, text] of refusedPaths) {
      // Deliberately not parsed: the door itself must look.
      const path = text as Path
      for (const call of [files.write(path, 'x'), files.remove(path), files.makeFolder(path)]) {
        await rejectsWith(code, call)
      }
    }
    await files.write('./a//b/../c' as Path, 'x')
    strictEqual(await textAt(files, 'a/c'), 'x')
  },

  async 'gives a name another stamp with every write, where it offers stamps'(files) {
    const stampNow = (): string => JSON.stringify(files.sync?.stamps?.([at('a/x')]))
    if (!files.sync?.stamps) return
    const seen = new Set<string>()
    for (let round = 0; round < 8; round++) {
      await files.write(at('a/x'), 'x'.repeat(round))
      await files.write(at('a/other'), 'x')
      strictEqual(stampNow(), stampNow())
      seen.add(stampNow())
    }
    strictEqual(seen.size, 8)
    await files.remove(at('a'))
    strictEqual(stampNow(), '[null]')
    await files.write(at('a/x'), 'x'.repeat(8))
    strictEqual(seen.has(stampNow()), false)
  },

  async 'takes many calls at once'(files) {
    const paths = Array.from({ length: 64 }, (_, index) => at(`f/${index % 8}/${index}`))
    await Promise.all(paths.map((path) => files.write(path, path)))
    deepStrictEqual(await Promise.all(paths.map((path) => textAt(files, path))), paths)
  },
}
