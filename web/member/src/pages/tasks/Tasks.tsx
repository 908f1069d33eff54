import { answered, api } from "@siyu/api";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { Queried } from "../../parts/Queried";
import { TaskLine } from "./TaskLine";

export function Tasks() {
  const { t } = useTranslation();
  const tasks = useQuery({ queryKey: ["tasks"], queryFn: () => answered(api.GET("/member/v1/tasks")) });
  return (
    <section className="card">
      <h1 className="title">{t("tasks.title")}</h1>
      <Queried of={tasks} heights={[52, 52, 52, 52]}>
        {(found) =>
          found.length === 0 ? (
            <p className="empty">{t("tasks.none")}</p>
          ) : (
            <ul>
              {found.map((task) => (
                <TaskLine key={task.code} task={task} />
              ))}
            </ul>
          )
        }
      </Queried>
    </section>
  );
}
