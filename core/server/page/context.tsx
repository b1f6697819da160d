import { api, type Context } from './api.ts'
import { useAsked } from './asked.ts'
import { Findings } from './findings.tsx'
import { Command, Fault, ModuleLink, Section } from './parts.tsx'
import { linkTo, replaceRoute } from './route.ts'

const audiences = ['plain', 'claude', 'agents-md'] as const
const usualBudget = '200000'

/** What an agent would be given for a module under a budget of tokens: each source with its share, and everything that was cut. */
export function ContextView({
  id,
  query,
  generation,
}: {
  readonly id: string
  readonly query: URLSearchParams
  readonly generation: number
}) {
  const budget = query.get('budget') ?? ''
  const audience = query.get('for') ?? ''
  const { value: context, fault } = useAsked(
    () => api.context(id, { budget, for: audience }),
    [id, budget, audience, generation],
  )
  const go = (more: Readonly<Record<string, string>>): void =>
    replaceRoute(linkTo('module', { id, tab: 'context', budget, for: audience, ...more }))
  return (
    <>
      <div class="filters">
        <label>
          Budget{' '}
          <input
            inputMode="numeric"
            size={9}
            value={budget}
            placeholder={usualBudget}
            onInput={({ currentTarget }) => go({ budget: currentTarget.value.replaceAll(/\D/g, '') })}
          />{' '}
          tokens
        </label>
        <label>
          for{' '}
          <select value={audience} onChange={({ currentTarget }) => go({ for: currentTarget.value })}>
            <option value="">as configured</option>
            {audiences.map((one) => (
              <option key={one}>{one}</option>
            ))}
          </select>
        </label>
      </div>
      {fault && <Fault fault={fault} />}
      {!context && !fault && <p class="nothing">Loading…</p>}
      {context && <Budget context={context} />}
      <Command words={['context', id, ...(budget === '' ? [] : ['--budget', budget])]} />
    </>
  )
}

function Budget({ context }: { readonly context: Context }) {
  const { tokens, budget, tokenizer, estimate, sections, cuts, text, diagnostics } = context
  const largest = Math.max(1, ...sections.map((section) => section.tokens))
  return (
    <>
      <p>
        <meter class="share budget" min={0} max={budget} value={tokens} aria-label="Share of the budget" />{' '}
        {tokens.toLocaleString('en')} of {budget.toLocaleString('en')} tokens{' '}
        <span class="soft">
          {estimate ? 'estimated' : 'counted'} by {tokenizer}
        </span>
      </p>
      <Section title="Sources, in order" count={sections.length}>
        <ul class="rows shares">
          {sections.map(({ id, tokens, whole, asked, hops, volatile }) => (
            <li key={id}>
              <ModuleLink id={id} />{' '}
              <span class="soft">
                {[asked ? 'asked for' : `${hops} away`, whole ? '' : 'cut', volatile ? 'volatile' : '']
                  .filter(Boolean)
                  .join(', ')}
              </span>
              <span class="time">
                <meter class="share" min={0} max={largest} value={tokens} aria-hidden="true" />{' '}
                {tokens.toLocaleString('en')}
              </span>
            </li>
          ))}
        </ul>
      </Section>
      <Section title="Not in it" count={cuts.length}>
        {cuts.length === 0 && <p class="nothing">Nothing was cut.</p>}
        <ul class="rows shares">
          {cuts.map(({ id, part, why, tokens, lines }, index) => (
            <li key={index}>
              <span class="status searched">{why}</span>{' '}
              <ModuleLink id={id} {...(lines && { line: lines[0] })} />{' '}
              {part !== null && <code class="soft">#{part}</code>}
              <span class="time">{tokens.toLocaleString('en')}</span>
            </li>
          ))}
        </ul>
      </Section>
      {diagnostics.length > 0 && <Findings diagnostics={diagnostics} />}
      <details>
        <summary>The text itself</summary>
        <pre class="context-text" tabIndex={0}>
          {text}
        </pre>
      </details>
    </>
  )
}
