import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Content, mergeThreeWay } from '../core/vfs/three-way.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

/** Text is a file, unless it says that it is a folder. */
function merge(...contents: [string | undefined, string | undefined, string | undefined]): unknown {
  const [b, e, o] = contents.map((text): Content =>
    text === undefined || text === 'folder' ? text : bytes(text),
  )
  const merged = mergeThreeWay({ base: b, earlier: e, own: o })
  if (merged.type === 'conflict') return { conflict: merged.why }
  return merged.content instanceof Uint8Array ? Buffer.from(merged.content).toString() : merged.content
}

test('what only one has changed is taken as it is, also when something came or went', () => {
  assert.equal(merge('a\n', 'b\n', 'a\n'), 'b\n')
  assert.equal(merge('a\n', 'a\n', 'b\n'), 'b\n')
  assert.equal(merge('a\n', 'b\n', 'b\n'), 'b\n')
  assert.equal(merge('a\n', undefined, 'a\n'), undefined)
  assert.equal(merge(undefined, undefined, 'new\n'), 'new\n')
  assert.equal(merge(undefined, 'folder', 'folder'), 'folder')
})

test('changes to lines that are apart are both made; a last line without an end stays one', () => {
  assert.equal(merge('1\n2\n3\n4\n5', 'x\n2\n3\n4\n5', '1\n2\n3\n4\ny'), 'x\n2\n3\n4\ny')
  assert.equal(merge('1\n2\n3\n', '0\n1\n2\n3\n', '1\n2\n3\n4\n'), '0\n1\n2\n3\n4\n')
  assert.equal(merge('1\r\n2\r\n3\r\n', 'x\r\n2\r\n3\r\n', '1\r\n2\r\n'), 'x\r\n2\r\n')
})

test('changes to the same or to touching lines are a conflict, and so is what is no text or is gone', () => {
  const same = { conflict: 'both changed the same lines' }
  assert.deepEqual(merge('1\n2\n', 'x\n2\n', 'y\n2\n'), same)
  assert.deepEqual(merge('1\n2\n3\n', 'x\n2\n3\n', '1\ny\n3\n'), same)
  assert.deepEqual(merge('1\n', '1\nx\n', '1\ny\n'), same)
  assert.deepEqual(merge('1\n2\n3\n4\n', '1\n3\n4\n', '1\n2x\n3\n4\n'), same)
  assert.deepEqual(merge('1\0\n2\n3\n', 'x\0\n2\n3\n', '1\0\n2\ny\n'), { conflict: 'it is no text' })
  const gone = { conflict: 'one made or removed what the other changed' }
  assert.deepEqual(merge('1\n', undefined, '2\n'), gone)
  assert.deepEqual(merge('1\n', 'folder', '2\n'), gone)
  assert.deepEqual(merge(undefined, '1\n', '2\n'), gone)
})

test('bytes that are no characters come through as they are', () => {
  const base = Uint8Array.of(0xff, 10, 65, 10, 66, 10, 0xfe, 10)
  const earlier = Uint8Array.of(0xc3, 10, 65, 10, 66, 10, 0xfe, 10)
  const own = Uint8Array.of(0xff, 10, 65, 10, 66, 10, 0x80, 10)
  const merged = mergeThreeWay({ base, earlier, own })
  assert.deepEqual(merged, { type: 'merged', content: Uint8Array.of(0xc3, 10, 65, 10, 66, 10, 0x80, 10) })
})

test('a file of which nearly all lines are alike is answered at once, by a conflict if need be', () => {
  const lines = Array.from({ length: 20_000 }, (_, index) => (index % 2 ? '}' : `line ${index % 50}`))
  const changed = (at: number): string => lines.with(at, 'changed').join('\n')
  assert.deepEqual(merge(lines.join('\n'), changed(10), changed(19_990)), {
    conflict: 'too many of its lines are alike',
  })
  assert.equal(typeof merge(lines.join('\n'), changed(10_010), changed(10_020)), 'string')
})

test('for fixers that look at each line alone, a merge gives what one after the other gives (property)', () => {
  const line = fc.constantFrom('a', 'b', 'A ', 'B  ', 'var x', 'var y ', '', '}', 'c')
  const trims = (text: string): string => text.replaceAll(/ +$/gm, '')
  const lets = (text: string): string => text.replaceAll(/^var /gm, 'let ')
  const drops = (text: string): string => text.replaceAll(/^c\n/gm, '')
  const fixers = fc.constantFrom(trims, lets, drops)
  let merged = 0
  fc.assert(
    fc.property(fc.array(line, { maxLength: 30 }), fixers, fixers, (lines, first, second) => {
      const base = lines.map((text) => `${text}\n`).join('')
      const result = merge(base, first(base), second(base))
      if (typeof result !== 'string') return
      merged++
      assert.equal(result, second(first(base)))
    }),
    { numRuns: 2_000, seed: 20_261_124 },
  )
  assert.ok(merged > 500, `${merged} merged without a conflict`)
})
