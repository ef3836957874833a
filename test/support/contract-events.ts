export {
  constructed,
  ItemAdded,
  ItemRemoved,
  Labelled,
  Noted,
  Undeclared,
  Unmarked,
} from '../../lib/testing/contract/contract-events.js';
