import type { AccountDto } from '../../src/account/account.dto.js';
import type { ReceiptDto } from '../../src/http/receipt.dto.js';

export interface Answer<T> {
  readonly status: number;
  readonly body: T;
  /** The header Consistency-Token. */
  readonly token: string | undefined;
}

/** What an answer says that is a problem document. */
export interface Problem {
  readonly code?: string;
  readonly detail: string;
  readonly errors?: readonly { readonly field: string }[];
}

export interface PostOptions {
  readonly key?: string;
  readonly contentType?: string;
}

/** A client of one bank, which reads what it has written. */
export class BankClient {
  /** Of its last command. */
  private token: string | undefined;

  constructor(
    private readonly url: string,
    private readonly tenant = 'acme',
  ) {}

  async get<T>(path: string): Promise<Answer<T>> {
    const headers = {
      'x-tenant-id': this.tenant,
      ...(this.token !== undefined && { 'consistency-token': this.token }),
    };
    return answerOf<T>(await fetch(this.url + path, { headers }));
  }

  async post<T = ReceiptDto & Problem>(
    path: string,
    body: unknown = {},
    { key, contentType = 'application/json' }: PostOptions = {},
  ): Promise<Answer<T>> {
    const headers = {
      'content-type': contentType,
      'x-tenant-id': this.tenant,
      ...(key !== undefined && { 'idempotency-key': key }),
    };
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const answer = await answerOf<T>(await fetch(this.url + path, { method: 'POST', headers, body: text }));
    this.token = answer.token ?? this.token;
    return answer;
  }

  /** Opens an account, and gives its id. @throws when it cannot be */
  async open(customerName: string, initialDepositCents = 0, more: object = {}): Promise<string> {
    const { status, body } = await this.post('/accounts', { customerName, initialDepositCents, ...more });
    if (status !== 200) throw new Error(`${customerName}: ${status} ${body.code}`);
    return body.accountId;
  }

  async account(accountId: string): Promise<AccountDto> {
    return (await this.get<AccountDto>(`/accounts/${accountId}`)).body;
  }

  async balance(accountId: string): Promise<number> {
    return (await this.account(accountId)).balanceCents;
  }
}

async function answerOf<T>(response: Response): Promise<Answer<T>> {
  const token = response.headers.get('consistency-token') ?? undefined;
  return { status: response.status, body: (await response.json()) as T, token };
}
