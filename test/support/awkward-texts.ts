export { AWKWARD_IDS } from '../../lib/testing/contract/awkward-texts.js';
