export {
  BAD_IDS,
  BAD_TENANTS,
  expectInvalid,
  expectRefused,
  expectTenantRequired,
} from '../../lib/testing/contract/expect-refused.js';
