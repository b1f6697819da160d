import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findRequiredLiteral } from '../core/operations/required-literal.ts'
import fc from 'fast-check'
import { findOffsets } from '../core/operations/match-text.ts'
import { isBytewise } from '../core/operations/matcher.ts'

test('the text that every match holds is found, and nothing that a match may lack', () => {
  const expected: [string, string | undefined][] = [
    ['\\bdeadline (?:retry|budget)\\b', 'deadline '],
    ['deadline [a-z]+ limit', 'deadline '],
    ['ab+cde', 'cde'],
    ['ab?cd', 'cd'],
    ['abc*?xyz{0,2}', 'ab'],
    ['ab{2}c', 'ab'],
    ['a\\.b\\(', 'a.b('],
    ['(?:abc)def', 'def'],
    ['[)(]|abc', undefined],
    ['abc|xyz', undefined],
    ['(?!abc)x', undefined],
    ['\\x41bc', undefined],
    ['\\u0041bc', undefined],
    ['[]abc]', undefined],
    ['ä?bc', 'bc'],
    ['a{x}bc', undefined],
    ['a', undefined],
  ]
  for (const [pattern, literal] of expected) assert.equal(findRequiredLiteral(pattern), literal, pattern)
})

test('the same offsets are found with the text that every match holds and without', () => {
  const text = 'x abbcde\r\nabcde abcde\n\nab\ncde\r\nno\nabbbcde'
  for (const pattern of ['ab+cde', '^ab+cde', 'cde$', '\\bab.*cde', 'b+cde\\b', 'b\\s+cde'])
    for (const flags of ['u', 'gmsu']) {
      const expression = new RegExp(pattern, flags)
      const literal = findRequiredLiteral(pattern)
      assert.ok(literal !== undefined, pattern)
      assert.deepEqual(findOffsets(expression, text, literal), findOffsets(expression, text), pattern)
    }
})

test('a pattern is tried on bytes only where a byte stands for what it takes', () => {
  const bytewise = ['deadline (?:a|b)', '\\b(x)?y', '[a-z\\]_-]x', '\\d\\.\\w', '[]', '']
  const others = [
    '^a',
    'a$',
    '.',
    '\\s',
    '\\W',
    '[^a]',
    '(?=a)',
    '(?!a)',
    '(?<!a)b',
    'a*',
    'a{2}',
    'ä',
    '[ä]',
  ]
  const escapes = ['\\u0041', '\\xe4', '\\1', '[\\s]', '[\\u{e4}]', '\\p{L}', '\\cA', '\\n', 'a}', '\\']
  for (const pattern of bytewise) assert.ok(isBytewise(pattern), pattern)
  for (const pattern of [...others, ...escapes]) assert.ok(!isBytewise(pattern), pattern)
})

test('what the bytes rule out matches in no text, whatever it is written in', () => {
  const part = fc.constantFrom(
    'a',
    'b',
    ' ',
    '\\b',
    '\\B',
    '\\w',
    '\\d',
    '[a-b]',
    '[\\w ]',
    '(a|b)',
    '(?:b|)',
    'a?',
    '|',
    '-',
    'k',
  )
  const piece = fc.constantFrom(
    'a',
    'b',
    ' ',
    '1',
    '_',
    '-',
    'k',
    '\n',
    '\r\n',
    'ä',
    '€',
    '𝒳',
    '\u2028',
    '\u212a',
    '\ufeff',
  )
  const cut = fc.option(fc.nat(30), { nil: undefined })
  let ruledOut = 0
  fc.assert(
    fc.property(
      fc.array(part, { minLength: 1, maxLength: 6 }),
      fc.array(piece, { maxLength: 12 }),
      cut,
      fc.boolean(),
      (parts, pieces, length, multiline) => {
        // A text that was cut inside a character is no UTF-8.
        const bytes = Buffer.from(pieces.join('')).subarray(0, length)
        const pattern = parts.join('')
        if (!isBytewise(pattern) || new RegExp(pattern).test(bytes.toString('latin1'))) return
        ruledOut++
        const text = new TextDecoder().decode(bytes)
        assert.deepEqual(findOffsets(new RegExp(pattern, multiline ? 'gmsu' : 'u'), text), [])
      },
    ),
    { numRuns: 3000 },
  )
  assert.ok(ruledOut > 300, `${ruledOut} texts were ruled out`)
})
