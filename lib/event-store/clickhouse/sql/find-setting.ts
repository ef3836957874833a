/** Whether the server knows a setting. Params: `name` String. */
export const FIND_SETTING = `
SELECT name
FROM system.settings
WHERE name = {name:String}`;
