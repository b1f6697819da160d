import type { Proposal } from './proposal.ts'

type Scaffold = (name: string) => readonly Proposal[]

const scaffolds: Readonly<Record<string, Scaffold>> = {
  javascript: (name) => [
    manifest('package.json', {
      name,
      version: '0.1.0',
      private: true,
      type: 'module',
      scripts: { test: 'node --test test/greet.test.js' },
    }),
    source('src/greet.js', [
      '/** A greeting for somebody. */',
      'export function greet(name) {',
      '  return `Hello, ${name}.`',
      '}',
    ]),
    test('test/greet.test.js', [
      "import assert from 'node:assert/strict'",
      "import { test } from 'node:test'",
      "import { greet } from '../src/greet.js'",
      '',
      "test('somebody is greeted by name', () => {",
      "  assert.equal(greet('Ada'), 'Hello, Ada.')",
      '})',
    ]),
    ignore(['node_modules/', 'coverage/']),
  ],
  typescript: (name) => [
    manifest('package.json', {
      name,
      version: '0.1.0',
      private: true,
      type: 'module',
      scripts: { test: 'node --import tsx --test test/greet.test.ts', types: 'tsc --noEmit' },
      devDependencies: { '@types/node': '^20.0.0', tsx: '^4.0.0', typescript: '^5.0.0' },
    }),
    manifest('tsconfig.json', {
      compilerOptions: {
        target: 'es2023',
        module: 'nodenext',
        strict: true,
        noEmit: true,
        allowImportingTsExtensions: true,
      },
      include: ['src', 'test'],
    }),
    source('src/greet.ts', [
      '/** A greeting for somebody. */',
      'export function greet(name: string): string {',
      '  return `Hello, ${name}.`',
      '}',
    ]),
    test('test/greet.test.ts', [
      "import assert from 'node:assert/strict'",
      "import { test } from 'node:test'",
      "import { greet } from '../src/greet.ts'",
      '',
      "test('somebody is greeted by name', () => {",
      "  assert.equal(greet('Ada'), 'Hello, Ada.')",
      '})',
    ]),
    ignore(['node_modules/', 'coverage/']),
  ],
  python: (name) => [
    text(
      'pyproject.toml',
      [
        '[project]',
        `name = "${name}"`,
        'version = "0.1.0"',
        'requires-python = ">=3.10"',
        '',
        '[dependency-groups]',
        'dev = ["pytest>=8"]',
        '',
        '[tool.pytest.ini_options]',
        'pythonpath = ["src"]',
      ],
      'the manifest',
    ),
    source(`src/${name.replaceAll('-', '_')}.py`, [
      '"""Greets people."""',
      '',
      '',
      'def greet(name: str) -> str:',
      '    """A greeting for somebody."""',
      '    return f"Hello, {name}."',
    ]),
    test(`tests/test_${name.replaceAll('-', '_')}.py`, [
      `from ${name.replaceAll('-', '_')} import greet`,
      '',
      '',
      'def test_somebody_is_greeted_by_name():',
      '    assert greet("Ada") == "Hello, Ada."',
    ]),
    ignore(['__pycache__/', '.pytest_cache/', '.venv/', '.coverage']),
  ],
  go: (name) => [
    text('go.mod', [`module ${name}`, '', 'go 1.22'], 'the manifest'),
    source('greet.go', [
      `package ${name.replaceAll('-', '')}`,
      '',
      '// Greet gives a greeting for somebody.',
      'func Greet(name string) string {',
      '\treturn "Hello, " + name + "."',
      '}',
    ]),
    test('greet_test.go', [
      `package ${name.replaceAll('-', '')}`,
      '',
      'import "testing"',
      '',
      'func TestSomebodyIsGreetedByName(t *testing.T) {',
      '\tif got := Greet("Ada"); got != "Hello, Ada." {',
      '\t\tt.Fatal(got)',
      '\t}',
      '}',
    ]),
    ignore(['bin/', '*.test', 'coverage.out']),
  ],
  rust: (name) => [
    text(
      'Cargo.toml',
      ['[package]', `name = "${name}"`, 'version = "0.1.0"', 'edition = "2021"'],
      'the manifest',
    ),
    source('src/lib.rs', [
      '//! Greets people.',
      '',
      '/// A greeting for somebody.',
      'pub fn greet(name: &str) -> String {',
      '    format!("Hello, {name}.")',
      '}',
    ]),
    test('tests/greet.rs', [
      `use ${name.replaceAll('-', '_')}::greet;`,
      '',
      '#[test]',
      'fn somebody_is_greeted_by_name() {',
      '    assert_eq!(greet("Ada"), "Hello, Ada.");',
      '}',
    ]),
    ignore(['target/']),
  ],
}

/** Languages in which a project can be begun. */
export const newLanguages: readonly string[] = Object.keys(scaffolds)

/** The files of a project's beginning, its README included; none for a language that is not known. */
export function scaffoldOf(name: string, language: string): readonly Proposal[] {
  const scaffold = Object.hasOwn(scaffolds, language) ? scaffolds[language] : undefined
  if (!scaffold) return []
  const readme = [`# ${name}`, '', 'Say in one sentence what it is for, and for whom.']
  return [...scaffold(name), text('README.md', readme, 'what people read first')]
}

function manifest(path: string, value: unknown): Proposal {
  return text(path, JSON.stringify(value, null, 2).split('\n'), 'the manifest')
}

function source(path: string, lines: readonly string[]): Proposal {
  return text(path, lines, 'a first source, to be replaced')
}

function test(path: string, lines: readonly string[]): Proposal {
  return text(path, lines, 'its test')
}

function ignore(lines: readonly string[]): Proposal {
  return text('.gitignore', [...lines, '.heddle/state/'], 'what git leaves out')
}

function text(path: string, lines: readonly string[], why: string): Proposal {
  return { path, text: `${lines.join('\n')}\n`, why }
}
