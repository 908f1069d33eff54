/** Words of the page by which members invite friends. */
export const zh = {
  title: "邀请好友",
  gives: "好友通过下方链接首次登录，您每次可得 {{rewards}}",
  perDay: "每天最多 {{limit}} 位好友计入奖励",
  most: "累计最多 {{limit}} 位好友计入奖励",
  plain: "把下方链接发给好友",
  picture: "邀请链接二维码",
  copy: "复制链接",
  copied: "已复制，去发给好友吧",
  mark: "请长按上方链接复制",
  came: "已邀请 {{count}} 位好友",
  nobody: "还没有好友通过您的链接加入",
};

export const en: Record<keyof typeof zh, string> = {
  title: "Invite friends",
  gives: "For each friend who signs in by this link for the first time you get {{rewards}}",
  perDay: "At most {{limit}} friends a day are rewarded",
  most: "At most {{limit}} friends are rewarded in all",
  plain: "Send this link to your friends",
  picture: "QR code of your link",
  copy: "Copy the link",
  copied: "Copied. Send it to a friend",
  mark: "Press and hold the link to copy it",
  came: "Friends who came: {{count}}",
  nobody: "Nobody has come by your link yet",
};
