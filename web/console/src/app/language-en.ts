import antd from "antd/es/locale/en_US";

import * as words from "../words/en";

export { antd, words };
