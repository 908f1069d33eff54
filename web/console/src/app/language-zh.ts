import "dayjs/locale/zh-cn";

import antd from "antd/es/locale/zh_CN";

import * as words from "../words/zh";

export { antd, words };
