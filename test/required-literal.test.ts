import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findRequiredLiteral } from '../core/operations/required-literal.ts'
import { findOffsets } from '../core/operations/match-text.ts'

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
