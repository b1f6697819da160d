import { findKinds, type SyntaxNode } from 'heddle'
import type { TestCase } from './code-shape.ts'

interface Found {
  readonly node: SyntaxNode
  readonly start: number
  readonly end: number
}

interface Open extends Found {
  readonly name: string
  readonly line: number
  skipped: boolean
  assertions: number
  hollow: number
  mocks: number
  sleeps: number
  readonly words: Set<string>
  readonly assigned: Set<string>
}

const scriptTest = /^(?:(?:t|context|suite)\.)?(?:test|it|specify|xit|xtest|fit)(?:\.\w+)*(?:\(|`|$)/
const scriptAssertion =
  /^(?:(?:chai\.|t\.)?assert(?:\.\w+)*|expect(?:\.(?:soft|poll|fail|unreachable))?|(?:sinon|td)\.(?:assert\.\w+|verify)|expectTypeOf|assertType|t\.(?:is|not|deepEqual|like|true|false|truthy|falsy|throws|throwsAsync|notThrows|regex|snapshot|pass|fail|equal|ok|same|match)|(?:assert|expect|verify|check|should)[A-Z_]\w*|fc\.assert)$/
const scriptMock =
  /^(?:(?:jest|vi)\.(?:mock|doMock|unstable_mockModule|fn|spyOn|mocked|stubGlobal)|(?:t\.|context\.)?mock\.(?:fn|method|getter|setter|module|property)|sinon\.(?:stub|spy|mock|fake|createStubInstance)|td\.(?:replace|func|object)|proxyquire|rewiremock|nock)$/
const sleep = /^(?:\w+\.)*(?:sleep|delay|waitForTimeout|setTimeout)$/
const pythonAssertion =
  /^(?:self\.(?:assert\w+|fail)|(?:pytest|self)\.(?:raises|assertRaises\w*|warns|fail|approx)|\w*[mM]ock\w*\.assert_\w+|(?:\w+\.)+assert_\w+|(?:np|numpy|pd)\.testing\.\w+|(?:assert|verify|check|expect)_\w+)$/
const pythonMock =
  /^(?:(?:mock\.|mocker\.|unittest\.mock\.)?patch(?:\.\w+)*|(?:mock\.)?(?:Magic|Async|NonCallable)?Mock|create_autospec|monkeypatch\.set\w+|mocker\.(?:spy|stub|Mock|MagicMock)|responses\.add|httpretty\.\w+)$/

/** The tests of a file, in the order of the text, each with what stands in it. */
export function testCasesOf(root: SyntaxNode, isPython: boolean): TestCase[] {
  const tests = (isPython ? pythonTests(root) : scriptTests(root)).toSorted((a, b) => a.start - b.start)
  const calls = findKinds(root, isPython ? ['call'] : ['call_expression', 'new_expression']).map(placed)
  const helpers = assertingHelpers(root, calls, isPython)
  const hasOwnClock = /useFakeTimers|mock\.timers|freeze_time|freezegun/.test(root.text())
  let everywhere = 0
  for (const call of calls) {
    const callee = calleeOf(call.node)
    const test = innermost(tests, call)
    if ((isPython ? pythonMock : scriptMock).test(callee)) {
      if (test) test.mocks++
      else if (/\bmock$|doMock$|mockModule$|mock\.module$/.test(callee)) everywhere++
    }
    if (!test) continue
    if (isAssertion(callee, isPython) || helpers.has(callee)) {
      test.assertions++
      if (isHollow(call.node, callee)) test.hollow++
    } else if (!hasOwnClock && sleep.test(callee)) test.sleeps++
  }
  for (const statement of statements(root, isPython)) countStatement(statement, innermost(tests, statement))
  const shared = findShared(root, tests, isPython)
  return tests.map(({ name, line, skipped, assertions, hollow, mocks, sleeps, words }) => ({
    name,
    line,
    skipped,
    assertions,
    hollow,
    mocks: mocks + everywhere,
    sleeps,
    shares: [...shared].filter((variable) => words.has(variable)),
  }))
}

function scriptTests(root: SyntaxNode): Open[] {
  return findKinds(root, ['call_expression']).flatMap((node): Open[] => {
    const callee = calleeOf(node)
    const given =
      node
        .field('arguments')
        ?.children()
        .filter((one) => one.isNamed()) ?? []
    if (!scriptTest.test(callee)) return []
    const body = given.findLast((one) => /^(?:arrow_function|function_expression)$/.test(one.kind()))
    const isTodo = /\.todo\b/.test(callee)
    if (!body && !isTodo) return []
    const options = given.find((one) => one.kind() === 'object')?.text() ?? ''
    const skipped =
      isTodo || /\.skip\b|^x/.test(callee) || /\b(?:skip|todo)\s*:\s*(?:true|['"`])/.test(options)
    return [openTest(node, given[0]?.text().replace(/^['"`]|['"`]$/g, '') ?? '', skipped)]
  })
}

function pythonTests(root: SyntaxNode): Open[] {
  return findKinds(root, ['function_definition']).flatMap((node): Open[] => {
    const name = node.field('name')?.text() ?? ''
    if (!name.startsWith('test')) return []
    const parent = node.parent()
    const whole = parent?.kind() === 'decorated_definition' ? parent : node
    const decorators = whole.children().filter((one) => one.kind() === 'decorator')
    const skipped = decorators.some((one) =>
      /^@(?:pytest\.mark\.(?:skip|xfail)|unittest\.skip)/.test(one.text()),
    )
    return [openTest(whole, name, skipped)]
  })
}

function openTest(node: SyntaxNode, name: string, skipped: boolean): Open {
  const words = new Set(node.text().match(/[\p{L}_$][\p{L}\p{N}_$]*/gu))
  const line = node.range().start.line + 1
  const counts = { assertions: 0, hollow: 0, mocks: 0, sleeps: 0 }
  return { ...placed(node), name, line, skipped, ...counts, words, assigned: new Set() }
}

function placed(node: SyntaxNode): Found {
  const { start, end } = node.range()
  return { node, start: start.index, end: end.index }
}

/** Tests may hold tests; what stands in one counts to the innermost alone. */
function innermost(tests: readonly Open[], { start, end }: Found): Open | undefined {
  return tests.findLast(
    (test) => test.start <= start && end <= test.end && !(test.start === start && test.end === end),
  )
}

function calleeOf(node: SyntaxNode): string {
  const callee = node.field('function') ?? node.field('constructor')
  return callee?.text().replace(/\s+/g, '').slice(0, 120) ?? ''
}

function isAssertion(callee: string, isPython: boolean): boolean {
  return (isPython ? pythonAssertion : scriptAssertion).test(callee)
}

/** Functions of the file that assert something themselves, and those that call them. */
function assertingHelpers(root: SyntaxNode, calls: readonly Found[], isPython: boolean): ReadonlySet<string> {
  const kinds = isPython ? ['function_definition'] : ['function_declaration', 'variable_declarator']
  const declared = findKinds(root, kinds).flatMap((node) => {
    const name = node.field('name')?.text()
    const isFunction =
      node.kind() !== 'variable_declarator' || /function/.test(node.field('value')?.kind() ?? '')
    return name !== undefined && isFunction && !name.startsWith('test') ? [{ name, ...placed(node) }] : []
  })
  const asserts = isPython ? findKinds(root, ['assert_statement']).map(placed) : []
  const found = new Set<string>()
  for (let before = -1; before !== found.size;) {
    before = found.size
    for (const { name, start, end } of declared) {
      const inside = (one: Found): boolean => start <= one.start && one.end <= end
      const isAsserting =
        asserts.some(inside) ||
        calls.some(
          (call) =>
            inside(call) && (isAssertion(calleeOf(call.node), isPython) || found.has(calleeOf(call.node))),
        )
      if (isAsserting) found.add(name).add(`self.${name}`).add(`this.${name}`)
    }
  }
  return found
}

const literal = /^(?:true|false|null|undefined|None|True|False|-?\d[\d_.]*|'[^']*'|"[^"]*"|`[^`$]*`)$/

/** True for an assertion that holds whatever the code does: of a literal, of a thing with itself, or of nothing. */
function isHollow(node: SyntaxNode, callee: string): boolean {
  const given = argumentsOf(node)
  if (callee.startsWith('expect') && !/fail|unreachable|[A-Z_]/.test(callee.slice(6)))
    return isHollowExpect(node, given)
  const [first, second] = given
  if (
    /^(?:chai\.|t\.)?assert(?:\.ok|\.isOk|\.isTrue)?$|^self\.assertTrue$|^t\.(?:true|truthy|ok)$/.test(callee)
  )
    return first !== undefined && /^(?:true|True|[1-9]\d*|'[^']+'|"[^"]+")$/.test(first)
  const compares =
    /(?:[eE]quals?|same|Is|[sS]trictEqual|deepEqual|\.is)$/.test(callee) && !/not/i.test(callee)
  return compares && first !== undefined && isSame(first, second)
}

function isHollowExpect(node: SyntaxNode, [subject]: readonly string[]): boolean {
  const member = node.parent()
  if (member?.kind() !== 'member_expression') return true
  const call = member.parent()
  if (call?.kind() !== 'call_expression' || subject === undefined) return false
  const matcher = member.field('property')?.text() ?? ''
  const [wanted] = argumentsOf(call)
  if (/^(?:toBe|toEqual|toStrictEqual|eql?|equal)$/.test(matcher)) return isSame(subject, wanted)
  return /^(?:toBeTruthy|toBeDefined)$/.test(matcher) && subject !== 'undefined' && literal.test(subject)
}

function argumentsOf(node: SyntaxNode): string[] {
  const given = node.field('arguments')?.children() ?? []
  return given.filter((one) => one.isNamed() && one.kind() !== 'comment').map((one) => one.text())
}

/** A call may answer differently each time, so only what holds none is the same as itself. */
function isSame(first: string, second: string | undefined): boolean {
  return second !== undefined && first === second && !first.includes('(')
}

const scriptStatements = [
  'member_expression',
  'assignment_expression',
  'augmented_assignment_expression',
  'update_expression',
]
const pythonStatements = ['assert_statement', 'with_item', 'assignment', 'augmented_assignment']

function statements(root: SyntaxNode, isPython: boolean): Found[] {
  return findKinds(root, isPython ? pythonStatements : scriptStatements).map(placed)
}

/** Assertions that are no calls, and variables that a test changes. */
function countStatement({ node }: Found, test: Open | undefined): void {
  if (!test) return
  switch (node.kind()) {
    case 'assert_statement': {
      test.assertions++
      if (isHollowAssert(node)) test.hollow++
      return
    }
    case 'member_expression':
      if (node.field('property')?.text() === 'should') test.assertions++
      return
    case 'with_item':
      return
    default: {
      const target = node.field('left') ?? node.field('argument')
      if (target?.kind() === 'identifier') test.assigned.add(target.text())
    }
  }
}

function isHollowAssert(node: SyntaxNode): boolean {
  const stated = node.children().find((one) => one.isNamed())
  if (!stated) return false
  const text = stated.text()
  if (stated.kind() === 'tuple') return stated.children().some((one) => one.isNamed())
  if (stated.kind() === 'comparison_operator') {
    const sides = /^(.+?)\s*(?:==|is)\s*(.+)$/s.exec(text)
    return sides !== null && isSame(sides[1]!, sides[2])
  }
  return literal.test(text) && !/^(?:False|None|0|''|"")$/.test(text)
}

/** Variables from outside the tests that one test changes, nothing resets before each, and another test names. */
function findShared(root: SyntaxNode, tests: readonly Open[], isPython: boolean): ReadonlySet<string> {
  const outer = isPython ? globalsChanged(root) : outerVariables(root, tests)
  const reset = new Set(
    resets(root, isPython).flatMap((text) => text.match(/[\p{L}_$][\p{L}\p{N}_$]*/gu) ?? []),
  )
  return new Set(
    [...outer].filter(
      (name) =>
        !reset.has(name) &&
        tests.some(({ assigned }) => assigned.has(name)) &&
        tests.filter(({ words }) => words.has(name)).length > 1,
    ),
  )
}

function outerVariables(root: SyntaxNode, tests: readonly Open[]): Set<string> {
  const declarators = findKinds(root, ['lexical_declaration', 'variable_declaration'])
    .filter((node) => !node.text().startsWith('const') && !innermost(tests, placed(node)))
    .flatMap((node) => findKinds(node, ['variable_declarator']))
  return new Set(declarators.flatMap((node) => node.field('name')?.text() ?? []))
}

function globalsChanged(root: SyntaxNode): Set<string> {
  const names = findKinds(root, ['global_statement']).flatMap((node) =>
    node.children().filter((one) => one.isNamed()),
  )
  return new Set(names.map((one) => one.text()))
}

function resets(root: SyntaxNode, isPython: boolean): string[] {
  if (isPython)
    return findKinds(root, ['function_definition'])
      .filter((node) =>
        /^(?:setUp|setup_method|setup_function|setup)$/.test(node.field('name')?.text() ?? ''),
      )
      .map((node) => node.text())
  return findKinds(root, ['call_expression'])
    .filter((node) => /^(?:\w+\.)?(?:beforeEach|afterEach|setup)$/.test(calleeOf(node)))
    .map((node) => node.text())
}
