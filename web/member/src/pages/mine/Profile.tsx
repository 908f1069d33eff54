import { answered, api, type Schema } from "@siyu/api";
import { useQueryClient } from "@tanstack/react-query";
import Button from "antd-mobile/es/components/button";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";

import { usePress } from "../../app/queries";
import { Done } from "../../parts/Done";
import { Failed } from "../../parts/Failed";
import { PhoneCode } from "../sign-in/PhoneCode";

type Shown = Schema<"OwnProfile">;
const SOON = 1500; // milliseconds in which the queue has taken a change in

export function Profile({ profile }: { profile: Shown }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState<"" | "edit" | "bind">("");
  const [said, say] = useState("");
  const client = useQueryClient();
  const done = (words: string): void => {
    say(words);
    setOpen("");
    setTimeout(() => void client.invalidateQueries({ queryKey: ["data"] }), SOON);
  };
  const bind = async (given: { phone: string; code: string }): Promise<void> => {
    const { phone } = await answered(api.POST("/member/v1/phone", { body: given }));
    done(t("mine.bound", { phone }));
  };
  const gender = profile.gender === "female" || profile.gender === "male" ? t(`mine.${profile.gender}`) : "";
  const lines = [
    [t("mine.name"), profile.name],
    [t("mine.phone"), profile.phone],
    [t("mine.gender"), gender],
    [t("mine.birthday"), profile.birthday],
    [t("mine.city"), profile.city],
  ];
  return (
    <section className="card" aria-labelledby="profile">
      <h2 id="profile" className="title">
        {t("mine.profile")}
        <button type="button" className="plain" aria-expanded={open === "edit"} onClick={() => setOpen(open === "edit" ? "" : "edit")}>
          {t("mine.edit")}
        </button>
      </h2>
      <Done said={said} />
      {open === "edit" ? (
        <Edit profile={profile} done={() => done(t("mine.saved"))} />
      ) : (
        <dl>
          {lines.map(([name, value]) => (
            <div className="line" key={name}>
              <dt>{name}</dt>
              <dd className={value ? undefined : "quiet"}>{value || t("mine.unsaid")}</dd>
            </div>
          ))}
        </dl>
      )}
      <button type="button" className="plain" aria-expanded={open === "bind"} onClick={() => setOpen(open === "bind" ? "" : "bind")}>
        {t("mine.bind")}
      </button>
      {open === "bind" && <PhoneCode act={bind} word={t("state.confirm")} />}
    </section>
  );
}

function Edit({ profile, done }: { profile: Shown; done: () => void }) {
  const { t } = useTranslation();
  const [name, setName] = useState("");
  const [gender, setGender] = useState(profile.gender);
  const [birthday, setBirthday] = useState("");
  const [city, setCity] = useState(profile.city);
  const save = usePress((body: Schema<"ProfileChange">, key) =>
    answered(api.PATCH("/member/v1/data/profile", { params: { header: { "Idempotency-Key": key } }, body })),
  );
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const wanted: Schema<"ProfileChange"> = {};
    if (name) wanted.name = name;
    if (gender !== profile.gender) wanted.gender = gender === "female" || gender === "male" ? gender : "";
    if (birthday) wanted.birthday = birthday;
    if (city !== profile.city) wanted.city = city;
    if (Object.keys(wanted).length === 0) done();
    else save.mutate(wanted, { onSuccess: done });
  };
  return (
    <form onSubmit={submit}>
      <label className="field">
        <span>{t("mine.name")}</span>
        <input value={name} maxLength={60} placeholder={profile.name} autoComplete="name" onChange={(event) => setName(event.target.value)} />
      </label>
      <label className="field">
        <span>{t("mine.gender")}</span>
        <select value={gender} onChange={(event) => setGender(event.target.value)}>
          <option value="">{t("mine.unsaid")}</option>
          <option value="female">{t("mine.female")}</option>
          <option value="male">{t("mine.male")}</option>
        </select>
      </label>
      {!profile.birthday && (
        <label className="field">
          <span>
            {t("mine.birthday")} {t("mine.birthdayHint")}
          </span>
          <input type="date" value={birthday} min="1900-01-01" autoComplete="bday" onChange={(event) => setBirthday(event.target.value)} />
        </label>
      )}
      <label className="field">
        <span>{t("mine.city")}</span>
        <input value={city} maxLength={60} autoComplete="address-level2" onChange={(event) => setCity(event.target.value)} />
      </label>
      <Failed problem={save.error} />
      <Button block type="submit" color="primary" loading={save.isPending}>
        {t("mine.save")}
      </Button>
    </form>
  );
}
